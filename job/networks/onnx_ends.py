"""What the inputs and outputs of an .onnx file are called, and which of the user's shapes is which input's."""
from typing import Mapping, Sequence, Tuple

from job.errors import UsageError
from job.onnx_model.graph import FreeNames
from job.onnx_model.reading import published_name
from job.settings.settings import DEFAULT_OUTPUT_NAMES, Settings, default_input_names
from job.settings.tensor_values import InputShape
from job.values import Shape


def inputs_of(files: Sequence[str], settings: Settings) -> Tuple[Tuple[str, ...], Mapping[str, Shape]]:
    """Their names in what is published, and the shapes given, by the names in the file.

    Shapes under the file's own names are of these inputs, in whatever order and however many; others are all inputs'.
    """
    shapes = settings.input_shapes
    own = own_names(files)
    named = [each.name for each in shapes if each.name]
    if named and all(name in own for name in named):
        _refuse_twice([own[name] for name in named])
        called = {own[name]: name for name in named}
        return _published(files, called), {own[each.name]: each.shape for each in shapes}
    _refuse_other_places(files, shapes, own)
    said = settings.input_names if settings.input_names != default_input_names(len(shapes)) else ()
    return _names("input", files, said), {file: each.shape for file, each in zip(files, shapes)}


def own_names(files: Sequence[str]) -> Mapping[str, str]:
    """What a user may call each input, as the file or as what is published does -> its name in the file."""
    return dict(zip(_published(files, {}), files), **dict(zip(files, files)))


def outputs_of(files: Sequence[str], settings: Settings, inputs: Sequence[str]) -> Tuple[str, ...]:
    said = settings.output_names if settings.output_names != DEFAULT_OUTPUT_NAMES else ()
    return _names("output", files, said, inputs)


def _names(kind: str, files: Sequence[str], said: Sequence[str], taken: Sequence[str] = ()) -> Tuple[str, ...]:
    if said and len(said) != len(files):
        raise UsageError("the file has {} {}s, {} are named: {}".format(len(files), kind, len(said), ", ".join(said)),
                         hint="--{}-names takes a name for each of them: {}".format(kind, ", ".join(files)),
                         about=(kind + "_names",))
    return tuple(said) or _published(files, {}, taken)


def _published(files: Sequence[str], called: Mapping[str, str], taken: Sequence[str] = ()) -> Tuple[str, ...]:
    unused = FreeNames([*taken, *called.values()])
    return tuple(called.get(file) or published_name(file, unused) for file in files)


def _refuse_twice(files: Sequence[str]) -> None:
    if len(set(files)) < len(files):
        raise UsageError("--input-shape names an input twice: {}".format(", ".join(files)), hint="name each once",
                         about=("input_shape",))


def _refuse_other_places(files: Sequence[str], shapes: Sequence[InputShape], own: Mapping[str, str]) -> None:
    """Shapes without names, or under new ones, count in the file's order."""
    if shapes and len(shapes) != len(files):
        raise UsageError("--input-shape says {} shapes, the file has {} inputs: {}".format(
            len(shapes), len(files), ", ".join(files)), hint="say of which inputs, by the file's names: a:1,3,8,8;b:1,4",
                         about=("input_shape",))
    for file, each in zip(files, shapes):
        if own.get(each.name, file) != file:
            raise UsageError("--input-shape names {}, the file has that elsewhere: {}".format(each.name, ", ".join(files)),
                             hint="name all inputs as the file does, or in its order", about=("input_shape",))
