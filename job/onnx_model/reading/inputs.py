"""What shape each input has: what the file says, and the user where it leaves sizes open."""
from typing import List, Mapping, Optional, Sequence, Tuple

import onnx

from job.errors import BadCheckpoint, UnsupportedModel
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
    """The shape of each input; an open batch is 1 where nothing else is given."""
    return tuple(_shape(item.name, declared_shape(item), given.get(item.name)) for item in items)


def _shape(name: str, declared: Tuple[int, ...], given: Optional[Shape]) -> Shape:
    if given is None:
        open_axes = [axis for axis, size in enumerate(declared) if size < 0]
        if open_axes not in ([], [0]):
            raise BadCheckpoint("the file leaves sizes of the input {} open: {}".format(name, _written(declared)),
                                hint="give them as the file has them: --input-shape=1,3,224,224")
        return tuple(1 if size < 0 else size for size in declared)
    if len(given) != len(declared) or any(size not in (-1, said) for size, said in zip(declared, given)):
        raise BadCheckpoint("the input {} has shape {} in the file, {} in --input-shape".format(
            name, _written(declared), ",".join(map(str, given))), hint="only what the file leaves open can be given")
    return given


def _written(shape: Tuple[int, ...]) -> str:
    sizes = ["?" if size < 0 else str(size) for size in shape]  # type: List[str]
    return ",".join(sizes)
