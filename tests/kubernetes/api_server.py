"""As much of a Kubernetes API server as a client asks for a dry run: what kinds there are, and that nothing is there yet."""
import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple
from urllib.parse import urlparse

KINDS = {  # by group and version, as the API of Kubernetes 1.29 and later has them
    "v1": {"ConfigMap": "configmaps", "PersistentVolumeClaim": "persistentvolumeclaims"},
    "batch/v1": {"Job": "jobs", "CronJob": "cronjobs"},
    "networking.k8s.io/v1": {"NetworkPolicy": "networkpolicies"},
}


class Asked(NamedTuple):
    address: str
    requests: List[Tuple[str, str]]  # method and path


@contextlib.contextmanager
def api_server() -> Iterator[Asked]:
    """Serves until the context is left."""
    requests = []  # type: List[Tuple[str, str]]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlparse(self.path).path
            requests.append((self.command, path))
            found = _documents().get(path)
            body = json.dumps(found or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound",
                                        "code": 404}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Asked("http://127.0.0.1:{}".format(server.server_port), requests)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _documents() -> Dict[str, Dict[str, Any]]:
    """What discovery is answered, by path."""
    groups = [_group(*version.split("/")) for version in KINDS if "/" in version]
    answers = {"/api": {"kind": "APIVersions", "versions": ["v1"]},
               "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}}
    for version, kinds in KINDS.items():
        resources = [{"name": name, "singularName": "", "namespaced": True, "kind": kind,
                      "verbs": ["create", "get", "list", "patch"]} for kind, name in kinds.items()]
        answers[("/apis/" if "/" in version else "/api/") + version] = {
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
    return answers


def _group(name: str, version: str) -> Dict[str, Any]:
    served = {"groupVersion": "{}/{}".format(name, version), "version": version}
    return {"name": name, "versions": [served], "preferredVersion": served}
