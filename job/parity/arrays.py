"""Named arrays as a file."""
import io
from pathlib import Path
from typing import Mapping

import numpy as np


def save_arrays(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """As .npz, by way of memory: a full disk is then one plain error, with nothing left to flush."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    file.write_bytes(content.getbuffer())
