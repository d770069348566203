# Sourced before pip is called. How to reach a registry is this machine's to say (PIP_INDEX_URL, PIP_CERT, proxies ...);
# what to install is not: its pip configuration and the other PIP_ variables count for nothing.

for name in ${!PIP_@}; do
  case $name in
    PIP_INDEX_URL | PIP_TRUSTED_HOST | PIP_PROXY | PIP_CERT | PIP_CLIENT_CERT) ;;
    PIP_CACHE_DIR | PIP_RETRIES | PIP_DEFAULT_TIMEOUT) ;;
    *) unset "$name" ;;
  esac
done
unset PYTHONPATH PYTHONHOME
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1

# A pip of this age knows only the authorities that it was published with, unless told of the machine's.
for bundle in "${PIP_CERT:-}" "${REQUESTS_CA_BUNDLE:-}" "${CURL_CA_BUNDLE:-}" "${SSL_CERT_FILE:-}" \
  /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
  if [ -f "$bundle" ]; then
    export PIP_CERT=$bundle
    break
  fi
done
