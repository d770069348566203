"""Flags and sidecar -> one checked, immutable Settings per checkpoint, before anything heavy is imported.

Precedence: flag, sidecar, default.
"""
from pathlib import Path
from typing import Any, Callable, Mapping, NamedTuple, Optional, Tuple

from job.architectures import find
from job.errors import UsageError
from job.parity.tolerance import Override
from job.settings import flag_values as flags, setting_values as read
from job.settings.command_line import Invocation
from job.settings.preprocessing import Preprocess, preprocess
from job.settings.setting_values import ModelCode, Refused
from job.settings.share import WHOLE, Share
from job.settings.surface import FLAGS
from job.settings.tensor_values import InputShape, input_shapes, tensor_names

DEFAULT_INPUT_DIR = Path("/in")
DEFAULT_OUTPUT_DIR = Path("/out")
DEFAULT_INPUT_NAME = "image_array"
DEFAULT_OUTPUT_NAMES = ("category",)
DEFAULT_CALIBRATION_COUNT = 128

READERS = {
    "input_dir": Path,
    "output_dir": Path,
    "arch": read.architecture,
    "arch_args": read.mapping,
    "model_code": read.model_code,
    "input_shape": input_shapes,
    "input_names": tensor_names,
    "output_names": tensor_names,
    "fixed_inputs": read.fixed_inputs,
    "quantize": read.modes,
    "calibration": read.folder,
    "calibration_count": read.calibration_count,
    "calibration_seed": read.calibration_seed,
    "skip_bad_images": flags.switch,
    "samples": read.folder,
    "preprocess": preprocess,
    "labels": read.labels,
    "tolerance": read.tolerance,
    "max_accuracy_drop": read.max_accuracy_drop,
    "weights_key": read.weights_key,
    "force": flags.switch,
    "workers": flags.workers,
    "timeout_per_checkpoint": flags.seconds,
    "keep": flags.versions_kept,
    "max_drift": flags.max_drift,
    "shard": flags.share,
    "run_id": flags.run_id,
    "result_file": flags.path_of_file,
    "metrics_file": flags.file_to_write,
    "trust_pickle": flags.switch,
    "log": flags.log_style,
}  # type: Mapping[str, Callable[[Any], Any]]


class Settings(NamedTuple):
    """Everything that decides what one checkpoint becomes; what nobody says is as it stands here."""

    input_shapes: Tuple[InputShape, ...]
    input_names: Tuple[str, ...]
    quantize: Tuple[str, ...]  # modes beside float32
    output_names: Tuple[str, ...] = DEFAULT_OUTPUT_NAMES
    fixed_inputs: Mapping[str, Any] = {}  # of an .onnx file: name -> number, truth value or lists of them
    arch: Optional[str] = None
    arch_args: Mapping[str, Any] = {}
    model_code: Optional[ModelCode] = None
    calibration: Optional[Path] = None
    calibration_count: int = DEFAULT_CALIBRATION_COUNT  # samples of that folder, at most
    calibration_seed: Optional[int] = None  # draws them; None: evenly spaced
    skip_bad_images: bool = False
    samples: Optional[Path] = None
    preprocess: Optional[Preprocess] = None
    labels: Tuple[str, ...] = ()
    tolerance: Override = {}  # kind of stage -> limit -> figure, over the defaults
    max_accuracy_drop: Optional[float] = None  # share of the labelled samples that a file may tell worse than PyTorch
    weights_key: Optional[str] = None
    keep: int = 0  # earlier versions
    max_drift: Mapping[str, float] = {}  # figure -> how much worse it may be than that of the version replaced
    force: bool = False
    trust_pickle: bool = False
    of_sidecar: Tuple[str, ...] = ()  # the settings that a sidecar said, and no flag


class RunSettings(NamedTuple):
    """Everything that holds for a whole run."""

    command: str
    checkpoints: Tuple[str, ...]  # as named; () for all under input_dir
    input_dir: Path
    output_dir: Path
    workers: Optional[int]  # None: as many as there is room for
    timeout: Optional[int]  # seconds for one checkpoint
    share: Share
    run_id: str  # "" where nobody named the run
    result_file: Optional[Path]
    metrics_file: Optional[Path]
    log: str
    given: Mapping[str, Any]  # the checked values of the flags that were given


def run_settings(invocation: Invocation) -> RunSettings:
    """Every flag's value checked; raises UsageError that names flag, value and what is allowed."""
    given = {name: _checked(name, text) for name, text in invocation.flags.items()}
    if "arch" in given and "model_code" in given:
        raise UsageError("--arch and --model-code both name the network", hint="give one of them")
    if "run_id" in given and "shard" not in given:
        raise UsageError("--run-id without a shard of the run", hint="--shard=INDEX/COUNT, or leave it out")
    if "result_file" in given and given["result_file"] == given.get("metrics_file"):
        raise UsageError("--result-file and --metrics-file name the same file", hint="give each a file of its own")
    return RunSettings(
        command=invocation.command,
        checkpoints=invocation.values,
        input_dir=given.get("input_dir", DEFAULT_INPUT_DIR),
        output_dir=given.get("output_dir", DEFAULT_OUTPUT_DIR),
        workers=given.get("workers"),
        timeout=given.get("timeout_per_checkpoint"),
        share=given.get("shard", WHOLE),
        run_id=given.get("run_id", ""),
        result_file=given.get("result_file"),
        metrics_file=given.get("metrics_file"),
        log=given.get("log", "text"),
        given=given,
    )


def settings_for(run: RunSettings, sidecar: Mapping[str, Any]) -> Settings:
    """The settings of one checkpoint from the run's flags and its sidecar's checked values.

    Raises UsageError where they contradict each other or leave the network or its input open, UnsupportedModel for
    an architecture that is known and cannot be converted.
    """
    said = dict(sidecar, **run.given)
    if "model_code" in run.given:
        said.pop("arch", None)
    if "max_accuracy_drop" in said and "samples" not in said:
        raise UsageError("--max-accuracy-drop without samples to lose any of",
                         hint="--samples=DIR, with a folder for each class in it")
    shapes, names = _inputs(said)
    _refuse_a_name_twice(names, said.get("output_names", DEFAULT_OUTPUT_NAMES))
    worked_out = {
        "input_shapes": shapes,
        "input_names": names,
        "quantize": said.get("quantize", ("dynamic", "int8") if "calibration" in said else ("dynamic",)),
        "tolerance": _tolerance(run.given.get("tolerance", {}), sidecar.get("tolerance", {})),
    }
    as_said = {field: said[field] for field in Settings._fields if field in said}
    return Settings(**dict(as_said, **worked_out), of_sidecar=of_sidecar(run, sidecar))


def of_sidecar(run: RunSettings, sidecar: Mapping[str, Any]) -> Tuple[str, ...]:
    """The settings that it says, and no flag."""
    return tuple(sorted(set(sidecar) - set(run.given)))


def _checked(name: str, text: str) -> Any:
    if not text:
        raise UsageError("{} needs a value".format(FLAGS[name].spelling),
                         hint="{}={}".format(FLAGS[name].spelling, FLAGS[name].value or "true"))
    if text.startswith("~/"):
        raise UsageError("{}={}: a shell leaves ~ as it is behind =".format(FLAGS[name].spelling, text),
                         hint="write $HOME in its place, or a blank in that of =")
    try:
        return READERS[name](text)
    except Refused as refused:
        raise UsageError("{}={}: {}".format(FLAGS[name].spelling, text, refused.problem),
                         hint=refused.allowed) from refused


def _inputs(said: Mapping[str, Any]) -> Tuple[Tuple[InputShape, ...], Tuple[str, ...]]:
    shapes = said.get("input_shape", ())
    if "arch" in said:
        default = find(said["arch"]).input_shape
        shapes = shapes or (InputShape(None, default),)
    if not shapes and "model_code" in said:
        raise UsageError("--model-code says nothing of the input's shape", hint="--input-shape=1,3,224,224")
    in_shapes = tuple(shape.name for shape in shapes if shape.name)
    names = said.get("input_names") or in_shapes or default_input_names(len(shapes))
    if in_shapes and names != in_shapes:
        raise UsageError("--input-shape names {}, --input-names {}".format(", ".join(in_shapes), ", ".join(names)),
                         hint="name the inputs once: --input-shape=1,3,8,8;1,4 with --input-names=a,b",
                         about=("input_shape", "input_names"))
    if shapes and len(names) != len(shapes):
        raise UsageError("{} input shapes, {} input names".format(len(shapes), len(names)),
                         hint="one name for each shape", about=("input_shape", "input_names"))
    return tuple(shapes), tuple(names)


def _refuse_a_name_twice(inputs: Tuple[str, ...], outputs: Tuple[str, ...]) -> None:
    shared = sorted(set(inputs) & set(outputs))
    if shared:
        raise UsageError("{} is the name of an input and of an output".format(shared[0]),
                         hint="--input-names and --output-names must differ", about=("input_names", "output_names"))


def default_input_names(count: int) -> Tuple[str, ...]:
    """None where no shape is said: an .onnx file has names of its own."""
    return tuple("{}_{}".format(DEFAULT_INPUT_NAME, each) if each else DEFAULT_INPUT_NAME for each in range(count))


def _tolerance(flag: Override, sidecar: Override) -> Override:
    """The sidecar was checked to be tighter than the defaults; a flag's limit wins over it."""
    kinds = sorted(set(flag) | set(sidecar))
    return {kind: dict(sidecar.get(kind, {}), **flag.get(kind, {})) for kind in kinds}
