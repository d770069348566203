"""What shape each input has: what the file says, and the user where it leaves sizes open."""
import shlex
from typing import List, Mapping, Optional, Sequence, Tuple

import onnx

from job.errors import BadCheckpoint, UnsupportedModel
from job.onnx_model.graph import FreeNames
from job.onnx_model.reading.names import published_name
from job.onnx_model.reading.tensors import dtype_of
from job.values import Shape


def declared_shape(item: onnx.ValueInfoProto) -> Tuple[int, ...]:
    """-1 where a size is open, named or not."""
    kind = item.type.tensor_type
    if not item.type.HasField("tensor_type"):
        raise UnsupportedModel(["input {}, which is no tensor".format(item.name)])
    if not kind.HasField("shape"):
        raise BadCheckpoint("the file does not say how many axes the input {} has".format(item.name),
                            hint="export it again, with the shapes of its inputs")
    return tuple(axis.dim_value if axis.HasField("dim_value") and axis.dim_value > 0 else -1
                 for axis in kind.shape.dim)


def declared_dtype(item: onnx.ValueInfoProto) -> str:
    return dtype_of(item.type.tensor_type.elem_type, "the input {}".format(item.name)).name


def input_shapes(items: Sequence[onnx.ValueInfoProto], given: Mapping[str, Shape]) -> Tuple[Shape, ...]:
    """The shape of each input; an open batch is 1 where nothing else is given. What is open otherwise is told at once."""
    declared = {item.name: declared_shape(item) for item in items}
    still_open = [name for name, sizes in declared.items() if name not in given and min(sizes[1:], default=0) < 0]
    if still_open:
        raise BadCheckpoint("the file leaves sizes of its inputs open: {}".format(
            "; ".join("{} {}".format(name, written(declared[name])) for name in still_open)),
            hint="give them, for example --input-shape=" + _example(declared, still_open))
    return tuple(_shape(name, sizes, given.get(name)) for name, sizes in declared.items())


def _shape(name: str, declared: Tuple[int, ...], given: Optional[Shape]) -> Shape:
    if given is None:
        return tuple(1 if size < 0 else size for size in declared)
    if len(given) != len(declared) or any(size not in (-1, said) for size, said in zip(declared, given)):
        raise BadCheckpoint("the input {} has shape {} in the file, {} in --input-shape".format(
            name, written(declared), ",".join(map(str, given))), hint="only what the file leaves open can be given")
    return given


def _example(declared: Mapping[str, Tuple[int, ...]], names: Sequence[str]) -> str:
    """By the names in what is published, where there are several inputs."""
    unused, shapes = FreeNames(), []  # type: FreeNames, List[str]
    published = {name: published_name(name, unused) for name in declared}
    for name in names:
        sizes = [1 if axis == 0 else 224 if len(declared[name]) == 4 else 16 for axis in range(len(declared[name]))]
        text = written(tuple(size if size > 0 else example for size, example in zip(declared[name], sizes)))
        shapes.append(text if len(declared) == 1 else "{}:{}".format(published[name], text))
    return shlex.quote(";".join(shapes))


def written(shape: Sequence[int]) -> str:
    """As users write it, with ? for what is open."""
    sizes = ["?" if size < 0 else str(size) for size in shape]  # type: List[str]
    return ",".join(sizes)
