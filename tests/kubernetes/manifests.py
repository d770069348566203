"""What is in a file of manifests."""
from pathlib import Path
from typing import Any, Dict, List

import yaml


def manifests_in(file: Path) -> List[Dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def of_kind(file: Path, kind: str) -> Dict[str, Any]:
    """The one manifest of this kind."""
    (manifest,) = [each for each in manifests_in(file) if each["kind"] == kind]
    return manifest
