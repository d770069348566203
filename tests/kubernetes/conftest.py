"""What kubectl makes of scripts/kubernetes/, as it is and with other settings."""
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Dict

import pytest

from tests.tools_environment import locked_tools

Render = Callable[..., Path]


@pytest.fixture(scope="session")
def kubernetes_tools(checkout: Path) -> Path:
    """The folder of kubectl and kubernetes-validate."""
    return locked_tools(Path(__file__).with_name("kubernetes.lock"), checkout)


@pytest.fixture(scope="session")
def render(kubernetes_tools: Path, checkout: Path, tmp_path_factory) -> Render:
    """Makes the file of an overlay's manifests, with other values of settings.env."""
    def rendered(overlay: str, **settings: str) -> Path:
        folder = tmp_path_factory.mktemp("kubernetes") / "kubernetes"
        shutil.copytree(str(checkout / "scripts" / "kubernetes"), str(folder))
        _change(folder / "settings" / "settings.env", settings)
        manifests = folder.with_suffix(".yaml")
        with open(str(manifests), "wb") as out:
            subprocess.check_call([str(kubernetes_tools / "kubectl"), "kustomize", str(folder / overlay)], stdout=out)
        return manifests

    return rendered


def _change(file: Path, settings: Dict[str, str]) -> None:
    lines = file.read_text().splitlines()
    for name, value in settings.items():
        (place,) = [number for number, line in enumerate(lines) if line.startswith(name + "=")]
        lines[place] = "{}={}".format(name, value)
    file.write_text("\n".join(lines) + "\n")
