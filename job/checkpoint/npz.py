"""numpy's .npz: a zip archive of .npy files, arrays of plain numbers only; no header is ever evaluated."""

import re
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, NamedTuple, Tuple

import numpy as np

from job.checkpoint.numpy_pickles import PLAIN
from job.checkpoint.readers import Reader, register
from job.checkpoint.source import Source
from job.checkpoint.tensor_views import MOST_AXES, tensor
from job.checkpoint.values import Content, Region, Storage
from job.checkpoint.zip_archive import LOCAL, entries_of, unpacked
from job.errors import BadCheckpoint
from job.values import elements

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 64 * 1024
MOST_UNPACKED = 4  # times the size of the file, and SPARE
SPARE = 64 * 1024 * 1024
SHAPE = re.compile(r"\((\s*\d{1,18}L?\s*,)*(\s*\d{1,18}L?\s*)?\)")
FIELDS = {
    "descr": re.compile(r"""['"]descr['"]\s*:\s*['"]([^'"]*)['"]"""),
    "fortran_order": re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)"""),
    "shape": re.compile(r"""['"]shape['"]\s*:\s*(\([^()]*\))"""),
}


class Layout(NamedTuple):
    dtype: np.dtype
    shape: Tuple[int, ...]
    fortran: bool
    begin: int  # of the numbers, in the .npy

    @property
    def elements(self) -> int:
        return elements(self.shape)


def sniff(head: bytes, path: Path) -> bool:
    if not head.startswith(b"PK\x03\x04") or len(head) < LOCAL.size:
        return False
    length = LOCAL.unpack_from(head)[-2]
    return head[LOCAL.size : LOCAL.size + length].endswith(b".npy")


def read(source: Source) -> Content:
    left = MOST_UNPACKED * source.size + SPARE
    tree, regions = OrderedDict(), {}  # type: OrderedDict[str, Any], Dict[str, Region]
    for entry in entries_of(source).values():
        if not entry.name.endswith(".npy"):
            raise _bad("it holds {!r:.60}, which is no array".format(entry.name))
        name = entry.name[: -len(".npy")]
        data = unpacked(source, entry, left)
        layout = _layout(name, data)
        if entry.is_stored and layout.dtype.isnative:
            tree[name] = _mapped(name, layout)
            regions[name] = Region(entry.region.position + layout.begin, entry.size - layout.begin)
        else:
            left -= entry.size
            tree[name] = _array(data, layout)
    return Content(tree, regions)


def _layout(name: str, data: Any) -> Layout:
    head = bytes(data[: LONGEST_HEADER + 12])
    version = head[6:7]
    if not head.startswith(MAGIC) or version not in (b"\1", b"\2", b"\3"):
        raise _bad("{!r:.60} is no .npy file".format(name))
    size = struct.Struct("<H" if version == b"\1" else "<I")
    begin = 8 + size.size
    length = size.unpack(head[8:begin])[0] if len(head) >= begin else LONGEST_HEADER + 1
    header = head[begin : begin + length].decode("latin-1")
    found = {field: pattern.search(header) for field, pattern in FIELDS.items()}
    if length > LONGEST_HEADER or not all(found.values()) or not SHAPE.match(found["shape"].group(1)):
        raise _bad("the header of {!r:.60} is not that of an array of numbers".format(name))
    descr, fortran, shape = (found[field].group(1) for field in ("descr", "fortran_order", "shape"))
    if not PLAIN.match(descr):
        raise _bad("{!r:.60} is of dtype {:.40}; only plain numbers are read".format(name, descr))
    layout = Layout(
        np.dtype(descr),
        tuple(int(size) for size in re.findall(r"\d+", shape)),
        fortran == "True",
        begin + length,
    )
    if len(layout.shape) > MOST_AXES or layout.begin + layout.elements * layout.dtype.itemsize != len(data):
        raise _bad("{!r:.60} has not the bytes that its shape needs".format(name))
    return layout


def _mapped(name: str, layout: Layout) -> Any:
    """The numbers where they lie in the file."""
    strides, step = [], 1
    for size in layout.shape if layout.fortran else reversed(layout.shape):
        strides.append(step)
        step *= size
    kind = layout.dtype.name
    ordered = tuple(strides if layout.fortran else reversed(strides))
    return tensor(Storage(name, kind, layout.elements), 0, layout.shape, ordered)


def _array(data: Any, layout: Layout) -> np.ndarray:
    flat = np.frombuffer(data, layout.dtype, layout.elements, layout.begin)
    return flat.reshape(layout.shape, order="F" if layout.fortran else "C")


def _bad(what: str) -> BadCheckpoint:
    return BadCheckpoint(
        "the .npz file cannot be read: " + what, hint="numpy.savez(file, **arrays) of plain arrays"
    )


register(Reader("npz", "`numpy.savez` and `savez_compressed`, plain numbers only", sniff, read))
