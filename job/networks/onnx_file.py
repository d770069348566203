"""An .onnx file as the network that is to be converted: its graph, its inputs, and what it answers itself."""
from pathlib import Path
from typing import Any, Callable, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from job.axes import published
from job.checkpoint.digest import new_sha256, sha256_of_file
from job.checkpoint.reading import read_whole
from job.checkpoint.source import Source
from job.errors import BadCheckpoint, UnsupportedModel, UsageError
from job.onnx_model.graph import Graph
from job.onnx_model.protobuf import protobuf_from_graph
from job.onnx_model.reading.file import OnnxFile, graph_of, open_onnx
from job.onnx_model.reading.inputs import by_input
from job.onnx_model.reading.names import published_name
from job.onnx_model.runtime import RUNTIME_ERRORS, session
from job.values import CheckpointFacts, Inspected, TensorFacts

HEAD = 3  # bytes that tell an ONNX model
_VERSION, _VERSIONS = 0x08, range(3, 16)  # its first field, and what that may say
_NEXT_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42\x72"  # one of which comes behind it

Answers = Tuple[np.ndarray, ...]


class Network(NamedTuple):
    graph: Graph  # of the canonical opset, in float32, before the passes
    inputs: Tuple[TensorFacts, ...]
    facts: CheckpointFacts
    forward: Callable[[Sequence[np.ndarray]], Answers]  # of the file itself, in ONNX Runtime


def is_onnx(path: Path) -> bool:
    """By its name, or by its first bytes."""
    if path.suffix == ".onnx":
        return True
    try:
        with open(str(path), "rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False  # whoever reads it says why it cannot be read
    return len(head) == HEAD and head[0] == _VERSION and head[1] in _VERSIONS and head[2] in _NEXT_FIELDS


def read_network(path: Path, settings: Any, default_names: Sequence[str], default_output: str) -> Network:
    """Of the settings it reads input_shapes, input_names and output_names; the file's own names where they are not said.

    `default_names` are the settings' own for so many inputs, `default_output` for an output.
    """
    if settings.arch or settings.model_code:
        raise UsageError("{} is a whole network: --arch and --model-code name another".format(path.name),
                         hint="leave them out for .onnx files")
    (data, file), sha256 = _read(path)
    inputs, outputs = _names(file, settings, default_names, default_output)
    shapes = by_input(file.inputs, inputs, [(each.name, each.shape) for each in settings.input_shapes])
    graph, notes = graph_of(file, shapes, inputs, outputs)
    facts = tuple(TensorFacts(name, graph.dtypes[name], graph.shapes[name], published(len(graph.shapes[name])))
                  for name in graph.inputs)
    forward, told = _forward(path, data, file, graph)
    return Network(graph, facts, _facts(file, sha256, notes + told), forward)


def inspected(path: Path) -> Inspected:
    (_, file), sha256 = _read(path)
    tensors = tuple((name, str(value.dtype), value.shape) for name, value in file.graph.constants.items())
    return Inspected(path.name, "onnx", sha256, tensors, (), ())


def _read(path: Path) -> Tuple[Tuple[bytes, OnnxFile], str]:
    def read(path: Path, source: Source) -> Tuple[bytes, OnnxFile]:
        data = source.read(source.size, "the file")
        try:
            return data, open_onnx(data, path.parent)
        except BadCheckpoint as error:
            raise BadCheckpoint("{} (onnx): {}".format(path.name, error.message), error.hint) from error
    (data, file), sha256 = read_whole(path, read)
    return (data, file), _with_files(sha256, file.files)


def _with_files(sha256: str, files: Sequence[Path]) -> str:
    """Of all files together where the weights lie beside the model: unlike any file's, so never taken for current."""
    if not files:
        return sha256
    digest = new_sha256()
    for each in (sha256,) + tuple(map(sha256_of_file, files)):
        digest.update(each.encode("ascii"))
    return digest.hexdigest()


def _names(file: OnnxFile, settings: Any, default_names: Sequence[str],
           default_output: str) -> Tuple[Sequence[str], Sequence[str]]:
    taken = set()  # type: set
    names = []
    for kind, files, given, default in (
            ("input", file.graph.inputs, settings.input_names, tuple(default_names[:len(settings.input_names)])),
            ("output", file.graph.outputs, settings.output_names, (default_output,))):
        said = tuple(given) if given and tuple(given) != default else ()
        if said and len(said) != len(files):
            raise UsageError("the file has {} {}s, {} are named: {}".format(
                len(files), kind, len(said), ", ".join(said)), hint="--{}-names takes one for each".format(kind))
        names.append(said or tuple(published_name(name, taken) for name in files))
        taken.update(names[-1])
    return names[0], names[1]


def _facts(file: OnnxFile, sha256: str, notes: Tuple[str, ...]) -> CheckpointFacts:
    parameters = sum(value.size for value in file.graph.constants.values() if value.dtype.kind == "f")
    return CheckpointFacts(sha256, "onnx", "the file's own graph, opset {}".format(file.opset), parameters, notes)


def _forward(path: Path, data: bytes, file: OnnxFile, graph: Graph) -> Tuple[Callable[..., Answers], Tuple[str, ...]]:
    """ONNX Runtime with the file as it is; where it cannot run that, with what was read of it, which is said."""
    names, outputs = file.graph.inputs, list(file.graph.outputs)
    dtypes = [file.graph.dtypes[name] for name in names]
    told = ()  # type: Tuple[str, ...]
    try:
        model = session(path if file.files else data)
    except RUNTIME_ERRORS as error:
        try:
            model = session(protobuf_from_graph(graph).SerializeToString())
        except RUNTIME_ERRORS:
            raise UnsupportedModel(["what ONNX Runtime does not run: {}".format(_first_line(error))]) from error
        names, outputs, dtypes = graph.inputs, list(graph.outputs), ["float32"] * len(names)
        dtypes = [graph.dtypes[name] for name in names]
        told = ("ONNX Runtime does not run the file as it is ({}): the reference is what was read of it".format(
            _first_line(error)),)

    def forward(arrays: Sequence[np.ndarray]) -> Answers:
        fed = {name: np.asarray(array, dtype) for name, array, dtype in zip(names, arrays, dtypes)}
        return tuple(model.run(outputs, fed))
    return forward, told


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0]
