"""Which files of a folder are weights of an .onnx file there, and so no checkpoints of their own."""
import contextlib
import mmap
from pathlib import Path
from typing import Dict, Iterator, Sequence, Tuple

_MODEL = ".onnx"
_LOCATION = b"\x0a\x08location\x12"  # StringStringEntryProto: key = 1, `location`; value = 2, of which the length comes next
_LARGEST = 2 ** 22  # bytes of a file that leaves its weights to others; larger ones are not read through for it
_LONGEST = 255


def weights_beside(folder: Path, names: Sequence[str], suffixes: Tuple[str, ...]) -> Dict[str, str]:
    """Of the names with these suffixes in a folder, those of weights -> the .onnx file that names them.

    One that cannot be read names none, and none is the weights of another.
    """
    models = [name for name in names if name.lower().endswith(_MODEL)]
    others = {name for name in names if name.lower().endswith(suffixes)}.difference(models)
    found = {}  # type: Dict[str, str]
    for model in models if others else ():
        with contextlib.suppress(OSError):  # it is reported when its own turn comes
            found.update((name, model) for name in others.intersection(_named_by(folder / model)))
    return found


def _named_by(file: Path) -> Iterator[str]:
    if not file.is_file() or not 0 < file.stat().st_size <= _LARGEST:  # a pipe would be waited for
        return
    with open(str(file), "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = data.find(_LOCATION)
        while start >= 0:
            start += len(_LOCATION)
            yield _text(data[start:start + 2 + _LONGEST])
            start = data.find(_LOCATION, start)


def _text(field: bytes) -> str:
    """What follows its length, which takes a second byte from 128 on; "" where that is longer than any name, or than the file."""
    if not field:
        return ""
    length, start = field[0], 1
    if length > 127:
        length, start = (length & 127) + (field[1] << 7 if len(field) > 1 else 2 ** 14), 2
    text = field[start:start + length]
    return text.decode("utf-8", "replace") if len(text) == length <= _LONGEST else ""
