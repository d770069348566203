"""Every value handed between the stages, on one screen.

Values are immutable, small and picklable: they cross between processes as messages. Arrays and
models go as files in the staging folder instead.
"""
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

Shape = Tuple[int, ...]


def elements(shape: Sequence[int]) -> int:
    """How many a tensor of the shape has; exact, where numpy's product of what a file claims would overflow."""
    count = 1
    for size in shape:
        count *= size
    return count


class TensorFacts(NamedTuple):
    """One input or output, as PyTorch has it and as the published files have it.

    Axis i of the file's tensor is axis permutation[i] of PyTorch's:
    ``x_file = x.transpose(permutation)``.
    """

    name: str
    dtype: str  # numpy's name: float32, int64, ...
    pytorch_shape: Shape
    permutation: Tuple[int, ...]
    indices_below: Optional[int] = None  # of an input: whole numbers that it takes, where probes would hold greater ones
    values_within: Optional[Tuple[float, float]] = None  # of an input: the least and greatest of its probes, where others are NaN

    @property
    def shape(self) -> Shape:
        return tuple(self.pytorch_shape[axis] for axis in self.permutation)


class TrainingSpread(NamedTuple):
    """How much inputs vary, as a multiple of what a network's training saw: by the channels of its first BatchNorm.

    About 1 for inputs of the same kind; 65,000 for pixels from 0 to 255 where training had them from 0 to 1. Of a wrong
    scale all channels say the same; of statistics that no training made, each something else.
    """

    median: float
    unevenness: float  # the upper quartile's channel over the lower's


class CheckpointFacts(NamedTuple):
    """What the report says of the checkpoint that was read."""

    sha256: str
    format: str  # the reader's name: torch-zip, torch-legacy, ...
    architecture: str  # the registry's name, or FILE.py:FACTORY
    parameters: int
    notes: Tuple[str, ...] = ()  # "float16 weights became float32", ...
    stamps: Mapping[str, Optional[str]] = {}  # of its files, which is not for the report: see job.checkpoint.identity


class Inspected(NamedTuple):
    """What a checkpoint's file holds."""

    file: str
    format: str
    sha256: str
    tensors: Tuple[Tuple[str, str, Shape], ...]  # name, dtype, shape, in the file's order
    notes: Tuple[str, ...]
    evidence: Tuple[str, ...]  # lines on the architecture that the tensors are recognised as, where none was named


class Exported(NamedTuple):
    """The canonical ONNX model, after every pass; all weights are in the file."""

    onnx_file: Path
    inputs: Tuple[TensorFacts, ...]
    outputs: Tuple[TensorFacts, ...]
    checkpoint: CheckpointFacts
    multiply_adds: int  # of one forward at the given input shape
    computes_with_batch: bool = False  # the network's answers depend on the size of its batch
    depth: int = 1  # operators on the longest path
    reference: str = "pytorch"  # the stage that all others are compared with: onnxruntime for a file that is a network


class Question(NamedTuple):
    """The probes a stage is to answer, and where its answers go."""

    stage: str
    probes: Path
    count: int  # the first so many
    answers: Path


class Model(NamedTuple):
    """A file of a published model and what was counted in it."""

    file: str  # relative to the model's folder
    mode: str  # saved_model, float32, dynamic, int8
    size: int  # bytes
    nodes: int  # graph nodes of a SavedModel, operators of a .tflite
    plumbing: int  # of them PAD, RESHAPE, TRANSPOSE and the like
    operators: Mapping[str, int]  # name -> how often
    inputs: Tuple[Mapping[str, Any], ...]  # as the file itself declares them: name, dtype, shape, quantization
    outputs: Tuple[Mapping[str, Any], ...]
    float_operators: Mapping[str, int] = {}  # of an int8 file, those that compute in float32
    ranges: Mapping[str, Tuple[float, float]] = {}  # of an int8 file, what its inputs may hold


class LayerNoise(NamedTuple):
    """A layer of a quantised file, and how far what it makes lies above its noise."""

    layer: str
    operator: str  # of the file
    snr_db: float  # beside the float32 network: with the noise of all layers before it
    own_snr_db: float  # beside the float32 layer, given the same inputs: what it adds itself
    output_snr_db: Optional[float]  # of the output where that is loudest, were it alone; None of layers that add next to nothing


class Drift(NamedTuple):
    """Where a model first stops agreeing with PyTorch."""

    stage: str
    output: str
    layer: Optional[str]
    message: str
    hint: str = ""  # where more is known than the stage alone tells
    noise: Tuple[LayerNoise, ...] = ()  # of a quantised stage, the layer whose noise is loudest in an output first


class OutputParity(NamedTuple):
    """One output of one stage against PyTorch's, over all probes."""

    name: str
    metrics: Mapping[str, Any]
    tolerance: Mapping[str, float]
    passed: bool
    reasons: Tuple[str, ...]  # why it did not pass, one sentence each


class StageParity(NamedTuple):
    stage: str  # pytorch or onnxruntime (the reference itself), onnx, keras, saved_model, tflite.float32, ...
    outputs: Tuple[OutputParity, ...]

    @property
    def passed(self) -> bool:
        return bool(self.outputs) and all(output.passed for output in self.outputs)


class Unusual(NamedTuple):
    """An output that passed, and should be looked at all the same."""

    stage: str
    output: str
    error_of_range: float
    usual: Optional[float]  # for the network's depth; None where that is not what is wrong
    message: str


OUTCOMES = ("converted", "current", "failed")  # of a checkpoint


class Outcome(NamedTuple):
    """One row of summary.json."""

    name: str
    outcome: str  # one of OUTCOMES
    exit_code: int
    stage: str
    message: str
