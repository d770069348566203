"""An .onnx file: its graph as it says it, and ONNX Runtime's answers to the file itself."""
from pathlib import Path
from typing import Any, Callable, Collection, Mapping, Optional, Sequence, Tuple

import numpy as np

from job.axes import published
from job.checkpoint.digest import sha256_of_files
from job.checkpoint.identity import Identity, stamps_of
from job.checkpoint.reading import read_whole
from job.checkpoint.source import Source
from job.checkpoint.watch import Watch
from job.errors import BadCheckpoint, UnsupportedModel, UsageError, job_error_from_oserror
from job.networks.fixed_inputs import Fixed, fixed_inputs
from job.networks.indices import with_indices_that_fit, without_indices
from job.networks.onnx_ends import inputs_of, outputs_of
from job.networks.rounding import rounding_of_range
from job.networks.weights import with_nan
from job.onnx_model.divisors import refuse_zero_divisors
from job.onnx_model.graph import Graph, all_nodes
from job.onnx_model.opsets.newer.pools import WITHOUT_LATE_WINDOWS, may_begin_late
from job.onnx_model.protobuf import OPSET
from job.onnx_model.reading import OPSETS, OnnxFile, graph_of, open_onnx
from job.onnx_model.reading.floats import says_bfloat16
from job.onnx_model.runtime import NEWEST_OPSET, RUNTIME_ERRORS, as_it_knows, as_it_runs, layer_values, session
from job.parity.probes import Probe, make_probes
from job.settings.settings import Settings
from job.values import CheckpointFacts, Inspected, TensorFacts, TrainingSpread

FORMAT = "onnx"
SUMMARY = "an ONNX model of opset {} to {}: a network itself".format(OPSETS[0], OPSETS[-1])
HEAD = 3  # bytes that tell an ONNX model
_VERSION, _VERSIONS = 0x08, range(3, 16)  # its first field, and what that may say
_NEXT_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42\x72"  # one of which comes behind it

_RENAMED = "the reference is the file's own nodes called opset {}, the newest that ONNX Runtime 1.10 knows"
_INLINED = "the reference is the file with its own functions in the places of what calls them"

Answers = Tuple[np.ndarray, ...]
Forward = Callable[[Sequence[np.ndarray]], Answers]


def is_onnx(path: Path) -> bool:
    """By its name, or by its first bytes; EnvironmentFailed where they cannot be read."""
    if path.suffix.lower() == ".onnx":
        return True
    try:
        with open(str(path), "rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise job_error_from_oserror(error, "reading {}".format(path.name)) from error
    return len(head) == HEAD and head[0] == _VERSION and head[1] in _VERSIONS and head[2] in _NEXT_FIELDS


def inspected(path: Path) -> Inspected:
    (_, file), identity = _read(path)
    tensors = tuple((name, str(value.dtype), value.shape) for name, value in file.graph.constants.items())
    return Inspected(path.name, FORMAT, identity.sha256, tensors, (), ())


class FileNetwork:
    """A network that is its own reference: ONNX Runtime runs the user's file."""

    reference = "onnxruntime"  # the stage that it answers
    freezes = ()  # type: Sequence[str]  # that was for whoever exported it to say
    computes_with_batch = False  # a file says what it computes

    def __init__(self, forward: Forward, reread: Callable[[], Graph], inputs: Tuple[TensorFacts, ...],
                 facts: CheckpointFacts, weights: Collection[str]) -> None:
        """`weights` are the constants that the file holds: others are what it makes of its shapes."""
        self._forward, self._reread, self._weights = forward, reread, weights
        self.inputs, self.facts = inputs, facts

    @classmethod
    def read(cls, path: Path, settings: Settings) -> Tuple["FileNetwork", Graph]:
        if settings.arch or settings.model_code:
            raise UsageError("{} is a network itself: --arch and --model-code name another".format(path.name),
                             hint="leave them out for .onnx files", about=("arch",))
        (data, file), identity = _read(path)
        fixed = fixed_inputs(file, settings)

        def reread() -> Graph:
            return _graph(fixed_inputs(_read(path)[0][1], settings).file, settings)[0]
        graph, notes = _graph(fixed.file, settings)
        refuse_zero_divisors(graph)
        inputs = tuple(TensorFacts(name, graph.dtypes[name], graph.shapes[name], published(len(graph.shapes[name])))
                       for name in graph.inputs)
        forward, told = _forward(path, data, fixed, graph, make_probes(without_indices(inputs), 1)[0])
        inputs = with_indices_that_fit(inputs, forward, RUNTIME_ERRORS)
        facts = _facts(file, identity, fixed.notes + notes + told)
        return cls(forward, reread, inputs, facts, frozenset(file.graph.constants)), graph

    def forward(self, probe: Probe) -> Answers:
        try:
            return self._forward(probe.inputs)
        except RUNTIME_ERRORS as error:
            raise BadCheckpoint(
                "ONNX Runtime does not answer {}: {}".format(probe.name, str(error).split("\n")[0]),
                hint="what is an index has to be of whole numbers in the file, and lie within its table in --samples and "
                     "--calibration") from error

    def layers(self, probe: Probe) -> Mapping[str, np.ndarray]:
        """The tensors of what was read of the file, before the passes."""
        return layer_values(self._reread(), probe.inputs)

    def weights_with_nan(self) -> Sequence[str]:
        """What it fills with NaN of itself, as the places that a mask hides, is meant so; and so may a single one be."""
        return with_nan((name, value) for name, value in self._reread().constants.items()
                        if name in self._weights and value.size > 1)

    def frozen_by(self, probe: Probe) -> Sequence[str]:
        return ()

    def rounding_of_range(self, probe: Probe) -> Optional[float]:
        """job.networks.rounding.rounding_of_range."""
        return rounding_of_range(self._forward, probe.inputs)

    def training_spread(self, probes: Sequence[Probe]) -> Optional[TrainingSpread]:
        """A file does not say which of its layers was a BatchNorm."""
        return None


def _read(path: Path) -> Tuple[Tuple[bytes, OnnxFile], Identity]:
    def read(path: Path, source: Source) -> Tuple[bytes, OnnxFile]:
        data = source.read(source.size, "the file")
        try:
            return data, open_onnx(data, path.parent)
        except BadCheckpoint as error:
            raise BadCheckpoint("{} (onnx): {}".format(path.name, error.message), error.hint) from error
    (data, file), identity = read_whole(path, read)
    return (data, file), _with_files(identity, path.parent, file.files)


def _with_files(identity: Identity, folder: Path, files: Sequence[Watch]) -> Identity:
    """Of all files together where weights lie beside the model. EnvironmentFailed if one is not what was read."""
    if not files:
        return identity
    stamps = dict(identity.stamps, **stamps_of([file.path for file in files], folder))
    sha256 = sha256_of_files(folder, list(stamps))
    for file in files:
        file.refuse_change()
    return Identity(sha256, stamps)


def _graph(file: OnnxFile, settings: Settings) -> Tuple[Graph, Tuple[str, ...]]:
    """Names and open sizes are the settings' where they say any, else the file's own."""
    inputs, shapes = inputs_of(file.graph.inputs, settings)
    return graph_of(file, shapes, inputs, outputs_of(file.graph.outputs, settings, inputs))


def _facts(file: OnnxFile, identity: Identity, notes: Tuple[str, ...]) -> CheckpointFacts:
    parameters = sum(value.size for value in file.graph.constants.values() if value.dtype.kind == "f")
    return CheckpointFacts(identity.sha256, FORMAT, "the file's own graph, opset {}".format(file.opset), parameters, notes,
                           identity.stamps)


def _forward(path: Path, data: bytes, fixed: Fixed, graph: Graph, probe: Probe) -> Tuple[Forward, Tuple[str, ...]]:
    """ONNX Runtime with the file as it is; where that cannot be the reference, with what was read, which is said."""
    file = fixed.file
    reason = _in_short_floats(file) or _retold(file)
    if not reason:
        known, notes = (path, ()) if file.files else _known(file.inlined or data, bool(file.inlined))
        try:
            return _tried(known, file.graph, probe, fixed.values), notes
        except RUNTIME_ERRORS as error:
            reason = "ONNX Runtime does not run it: {}".format(str(error).split("\n")[0])
    try:
        run = _tried(as_it_runs(graph), graph, probe)
    except RUNTIME_ERRORS as error:
        raise UnsupportedModel(["the file: {}".format(reason)]) from error
    return run, ("the reference is the file as it was read, in float32 and opset {}, not as it is: {}".format(
        OPSET, reason),)


def _known(data: bytes, inlined: bool) -> Tuple[bytes, Tuple[str, ...]]:
    """What ONNX Runtime takes of the file, and notes of what it is not as it is."""
    known, renamed = as_it_knows(data)
    return known, (_INLINED,) * inlined + (_RENAMED.format(NEWEST_OPSET),) * renamed


def _retold(file: OnnxFile) -> str:
    """What its opset means otherwise than the newest that ONNX Runtime knows, in the same form; or what that may not know."""
    if file.inlined and file.files:
        return "it has functions of its own, and weights beside it"
    pools = [node.place for node in all_nodes(file.graph) if may_begin_late(node.op, node.attributes)]
    if file.opset < WITHOUT_LATE_WINDOWS or not pools:
        return ""
    return "before opset {} windows of {} may begin behind its input".format(WITHOUT_LATE_WINDOWS, pools[0])


def _in_short_floats(file: OnnxFile) -> str:
    if file.widened or any(says_bfloat16(node) for node in all_nodes(file.graph)):
        return "it computes in bfloat16, with 2 digits"
    return "it computes in float16, with 3 digits" if _has_half(file.graph) else ""


def _has_half(graph: Graph) -> bool:
    return "float16" in graph.dtypes.values() or any(value.dtype == np.float16 for value in graph.constants.values())


def _tried(model: Any, graph: Graph, probe: Probe, fixed: Mapping[str, np.ndarray] = {}) -> Forward:
    """Some forms are taken, and fail when they are run."""
    forward = _runner(model, graph, fixed)
    forward(probe.inputs)
    return forward


def _runner(model: Any, graph: Graph, fixed: Mapping[str, np.ndarray]) -> Forward:
    """Numbers are handed in as the graph has them: float64 stays what it is."""
    runtime = session(model)

    def forward(arrays: Sequence[np.ndarray]) -> Answers:
        fed = dict(fixed, **{name: np.asarray(array, graph.dtypes[name]) for name, array in zip(graph.inputs, arrays)})
        return tuple(runtime.run(list(graph.outputs), fed))
    return forward
