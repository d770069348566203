"""What kubectl makes of scripts/kubernetes/, and what is in it."""
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List

import yaml


def rendered(kubectl: Path, source: Path, folder: Path, overlay: str, settings: Dict[str, str]) -> Path:
    """The file of an overlay's manifests, with other values of settings.env; the folder is made for it."""
    shutil.copytree(str(source), str(folder))
    _change(folder / "settings" / "settings.env", settings)
    manifests = folder.with_suffix(".yaml")
    with open(str(manifests), "wb") as out:
        subprocess.check_call([str(kubectl), "kustomize", str(folder / overlay)], stdout=out)
    return manifests


def _change(file: Path, settings: Dict[str, str]) -> None:
    lines = file.read_text().splitlines()
    for name, value in settings.items():
        (place,) = [number for number, line in enumerate(lines) if line.startswith(name + "=")]
        lines[place] = "{}={}".format(name, value)
    file.write_text("\n".join(lines) + "\n")


def manifests_in(file: Path) -> List[Dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def of_kind(file: Path, kind: str) -> Dict[str, Any]:
    """The one manifest of this kind."""
    (manifest,) = [each for each in manifests_in(file) if each["kind"] == kind]
    return manifest
