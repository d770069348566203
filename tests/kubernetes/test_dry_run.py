"""A client's dry run of what kubectl makes of scripts/kubernetes/."""
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kubernetes.api_server import api_server
from tests.kubernetes.manifests import manifests_in
from tests.kubernetes.test_manifests import OVERLAYS
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow


@pytest.fixture(params=["locked", "installed"])
def kubectl(request, kubernetes_tools) -> Path:
    """The newest, and the one that this machine has, such as Debian's (1.20)."""
    found = str(kubernetes_tools / "kubectl") if request.param == "locked" else shutil.which("kubectl")
    return Path(found) if found else pytest.skip("no kubectl is installed: apt-get install kubernetes-client")


@pytest.mark.parametrize("verb", ["apply", "create"])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_manifest_would_be_made(kubectl, render, overlay, verb, tmp_path):
    manifests = render(overlay)
    with api_server() as server:
        done = _dry_run(kubectl, verb, manifests, server.address, tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    made = sorted(line.split()[0].partition("/")[0].partition(".")[0] for line in done.stdout.decode().splitlines())
    assert made == sorted(each["kind"].lower() for each in manifests_in(manifests))
    assert {method for method, _ in server.requests} == {"GET"}


def test_a_kind_that_no_such_version_has_is_noticed(kubectl, render, tmp_path):
    manifests = render("overlays/cron")
    manifests.write_text(manifests.read_text().replace("batch/v1", "batch/v2"))
    with api_server() as server:
        done = _dry_run(kubectl, "create", manifests, server.address, tmp_path)
    assert done.returncode != 0 and b'no matches for kind "CronJob" in version "batch/v2"' in done.stderr


def _dry_run(kubectl: Path, verb: str, manifests: Path, address: str, home: Path) -> "subprocess.CompletedProcess[bytes]":
    """Without the check against the server's own schemas: the published ones are tested by test_manifests."""
    command = [str(kubectl), verb, "--dry-run=client", "--validate=false", "--server", address, "-f", str(manifests)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"HOME": str(home)}, timeout=LONGEST)
