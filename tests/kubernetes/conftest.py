"""kubectl, the schemas, and the manifests that come of scripts/kubernetes/."""
from pathlib import Path
from typing import Callable

import pytest

from tests.kubernetes.manifests import rendered
from tests.tools_environment import locked_tools


@pytest.fixture(scope="session")
def kubernetes_tools(checkout: Path) -> Path:
    """The folder of kubectl and kubernetes-validate."""
    return locked_tools(Path(__file__).with_name("kubernetes.lock"), checkout)


@pytest.fixture(scope="session")
def render(kubernetes_tools: Path, checkout: Path, tmp_path_factory) -> Callable[..., Path]:
    """Makes the file of an overlay's manifests, with other values of settings.env."""
    def render_one(overlay: str, **settings: str) -> Path:
        folder = tmp_path_factory.mktemp("kubernetes") / "kubernetes"
        return rendered(kubernetes_tools / "kubectl", checkout / "scripts" / "kubernetes", folder, overlay, settings)

    return render_one
