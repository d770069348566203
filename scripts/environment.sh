# Sourced by the scripts that run Python: where to run, and the environments to run in.
#
# .venv holds what the job needs, .venv-tests what only its tests need, on top of it.

checkout=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

# Where the locale is not UTF-8, Python 3.6 takes file names and output for ASCII.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8

say() {
  printf '%s\n' "$*" >&2
}

stop() { # CODE MESSAGE
  say "$2"
  exit "$1"
}

# Prints every path at which a Python 3.6 may be found.
candidates() {
  local root
  type -aP python3.6
  for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv" "$(pyenv root 2>/dev/null)"; do
    compgen -G "$root/versions/3.6.*/bin/python3.6"
  done
}

# Prints the path of this machine's Python 3.6, outside any environment; fails where none fits the locked wheels.
python36() {
  local candidate
  while read -r candidate; do
    "$candidate" -I -c '
import ensurepip, sys, sysconfig, venv
if sys.version_info[:2] != (3, 6) or sysconfig.get_platform() != "linux-x86_64":
    sys.exit(1)
print(sys.base_prefix + "/bin/python3.6")' 2>/dev/null && return
  done < <(candidates)
  return 1
}

# Prints "python" or "docker": what this machine has to run the job with. Exit 2 where it has neither.
place() {
  if [ -x "$checkout/.venv/bin/python" ] || python36 >/dev/null; then
    echo python
  elif ! type -P docker >/dev/null; then
    stop 2 "Neither Python 3.6 nor Docker was found. Install Docker, or Python 3.6 for Linux x86_64 (as python3.6, \
or under pyenv: pyenv install 3.6.15), and start again."
  elif ! docker version >/dev/null 2>&1; then
    stop 2 "Python 3.6 was not found, and Docker does not answer. Start its service, or let this user use it \
(docker version shows what is wrong), and start again."
  else
    echo docker
  fi
}

# Goes on where there is Python 3.6; else the script is started again in the image's base, which has it. What it makes stays
# in the checkout.
here_or_in_base_image() { # [ARGS]
  local where
  where=$(place)
  if [ "$where" = docker ]; then
    in_base_image "$(readlink -f "$0")" "$@"
  fi
}

in_base_image() { # SCRIPT [ARGS]
  local base=${PT2TFLITE_BASE:-$(sed -n 's/^ARG BASE=//p' "$checkout/Dockerfile")}
  exec docker run --rm --user "$(id -u):$(id -g)" --env HOME=/tmp --env CI --env PIP_INDEX_URL \
    --mount "type=bind,source=$checkout,target=$checkout" --workdir "$checkout" "$base" "$@"
}

made_from() { # FOLDER FILE...
  local folder=$1
  shift
  [ -x "$folder/bin/python" ] && cat "$@" | cmp -s - "$folder/made-from"
}

# Empties FOLDER and makes it with MAKE. What it was made from is written last: without it, the next start makes it anew.
remake() { # FOLDER MAKE FILE...
  local folder=$1 make=$2
  shift 2
  say "Preparing ${folder##*/} (once, and again when its lock changes) ..."
  find "$folder" -mindepth 1 -delete &&
    cat "$@" >"$folder/making-from" &&
    "$make" "$folder" &&
    mv "$folder/making-from" "$folder/made-from" ||
    stop 75 "Could not prepare $folder: the reason is above. Start again to try anew."
}

# Has MAKE make FOLDER, unless it is made from these very FILEs. Until this process and its children end, the folder is
# locked against being remade: shared by all who use it, exclusive for the one who makes it.
environment() { # FOLDER MAKE FILE...
  local folder=$1 make=$2 lock waiting=
  shift 2
  mkdir -p "$folder" || exit 75
  exec {lock}<"$folder"
  until flock --shared "$lock" && made_from "$folder" "$@"; do
    if flock --exclusive --nonblock "$lock"; then
      made_from "$folder" "$@" || remake "$folder" "$make" "$@"
    else
      [ -n "$waiting" ] || say "Waiting for what still uses ${folder##*/}, which must be made anew ..."
      waiting=yes
      sleep 0.2
    fi
  done
}

make_runtime() { # FOLDER
  "$(python36)" -I -m venv "$1" &&
    "$checkout/scripts/install" "$1/bin/python" "$checkout/requirements.lock" &&
    echo ../../../.. >"$1/lib/python3.6/site-packages/checkout.pth"
}

make_tests() { # FOLDER
  "$(python36)" -I -m venv --without-pip "$1" &&
    echo 'import site, sys; site.addsitedir(sys.prefix + "/../.venv/lib/python3.6/site-packages")' \
      >"$1/lib/python3.6/site-packages/runtime.pth" &&
    "$checkout/scripts/install" "$1/bin/python" "$checkout/tests/requirements.lock" &&
    "$checkout/scripts/install" "$1/bin/python" "$checkout/tests/weights.lock" --target "$1/weights"
}

runtime_environment() {
  environment "$checkout/.venv" make_runtime "$checkout/requirements.lock" "$checkout/scripts/install"
}

tests_environment() {
  runtime_environment
  environment "$checkout/.venv-tests" make_tests \
    "$checkout/tests/requirements.lock" "$checkout/tests/weights.lock" "$checkout/scripts/install"
}
