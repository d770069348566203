"""What we read against a table of what PyTorch read: `python -m tests.checkpoints.compare FOLDER`."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Mapping

import numpy as np

from job.checkpoint.arrays import arrays_of
from job.checkpoint.candidates import state_dicts
from job.checkpoint.readers import HEAD, reader_for
from job.checkpoint.reading import Source


def described(array: np.ndarray) -> List[Any]:
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    return [list(array.shape), hashlib.sha256(little.tobytes()).hexdigest()]


def tables(folder: Path) -> Dict[str, Mapping[str, Any]]:
    """By the file's name, from every torch-VERSION.json of a folder."""
    found = (
        table for table in sorted(folder.glob("torch-*.*.json")) if not table.name.endswith("index.json")
    )
    return {
        name: row for table in found for name, row in json.loads(table.read_text(encoding="utf-8")).items()
    }


def everything_in(path: Path) -> Dict[str, List[Any]]:
    """Every tensor that we find anywhere in a file, by the keys on the way."""
    found = {}  # type: Dict[str, List[Any]]
    with path.open("rb", buffering=0) as file:
        source = Source(file, path.stat().st_size, path=path)
        reader = reader_for(source.read(min(HEAD, source.size)), path)
        source.seek(0)
        content = reader.read(source)
        for each in state_dicts(content.tree, everywhere=True):
            arrays, _ = arrays_of(source, content, each.tensors)
            found.update(("\n".join(each.path + (key,)), described(array)) for key, array in arrays.items())
    return found


def expected(row: Mapping[str, Any]) -> Dict[str, List[Any]]:
    """What PyTorch read, less the state of optimizers, whose tensors have numbers for keys."""
    return {key: said[1:] for key, said in row["tensors"].items() if "optimizer" not in key}


def main() -> int:
    folder, differing, count = Path(sys.argv[1]), 0, 0
    rows = tables(folder)
    for name, row in rows.items():
        said = expected(row)
        found = everything_in(folder / name)
        wrong = [key for key in said if found.get(key) != said[key]]
        count += len(said)
        differing += bool(wrong)
        if wrong:
            print("{}: {}".format(name, wrong[:5]))
    print(
        "{} files, {} of them read without trusting them, {} tensors, {} files differ".format(
            len(rows), sum(not row["by_trust"] for row in rows.values()), count, differing
        )
    )
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
