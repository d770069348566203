"""What make_recorded.py wrote: models of opset 21 and later, and what today's packages answer."""
from pathlib import Path
from typing import Dict, List, NamedTuple

import numpy as np


class Recorded(NamedTuple):
    name: str
    model: bytes
    inputs: List[np.ndarray]
    outputs: List[np.ndarray]


def recorded() -> List[Recorded]:
    held = dict(np.load(str(Path(__file__).with_name("recorded.npz"))))
    found = {}  # type: Dict[str, Recorded]
    for key, value in held.items():
        name, kind = key.split("/")[:2]
        each = found.setdefault(name, Recorded(name, held[name + "/model"].tobytes(), [], []))
        if kind != "model":
            (each.inputs if kind == "in" else each.outputs).append(value)
    return list(found.values())
