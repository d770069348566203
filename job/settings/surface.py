"""The command surface as two tables: they feed the parser, the help and the settings."""
from typing import Mapping, NamedTuple, Optional, Tuple

from job.modes import NAMES


class Flag(NamedTuple):
    """One flag, spelt with underscores here; ``value`` is "" for a switch."""

    name: str
    value: str
    text: str
    in_sidecar: bool = False

    @property
    def spelling(self) -> str:
        return "--" + self.name.replace("_", "-")


class Command(NamedTuple):
    """One command, how many values it takes and which flags."""

    name: str
    values: str
    least: int
    most: Optional[int]
    text: str
    flags: Tuple[str, ...]


_FLAGS = (
    Flag("input_dir", "DIR", "where checkpoints are looked for (default /in)"),
    Flag("output_dir", "DIR", "where models and summary.json are written (default /out)"),
    Flag("arch", "NAME", "the network, as `architectures` lists it (default: recognised by its tensors)", True),
    Flag("arch_args", "{KEY: VALUE}", "arguments of the network's builder, such as {num_classes: 10}", True),
    Flag("model_code", "FILE.py:FACTORY",
         "your own code in place of --arch: a function, class or module in a file or a package's folder"),
    Flag("input_shape", "1,3,224,224",
         "shape as PyTorch has it, batch first; several: a:1,3,8,8;b:1,4; of whole numbers, such as words: 1,16:int64", True),
    Flag("input_names", "A,B", "names of the inputs in what is published (default image_array)", True),
    Flag("output_names", "A,B", "names of the outputs in what is published (default category)", True),
    Flag("fixed_inputs", "{NAME: VALUE}",
         "inputs of an .onnx file that always have this value, such as {sr: 16000}: what is published has them no more", True),
    Flag("quantize", "MODES", "of {}; or none for float only (default dynamic, with --calibration int8 too)".format(
        ",".join(NAMES)), True),
    Flag("calibration", "DIR", "your own inputs, from which int8 takes its ranges: pictures or arrays", True),
    Flag("calibration_count", "N", "of that folder, so many, evenly spaced over their names (default 128)", True),
    Flag("calibration_seed", "N", "draw them at random in place of that, in the same way for the same number", True),
    Flag("skip_bad_images", "", "leave out of --calibration what cannot be read, in place of ending with 3; never of --samples"),
    Flag("samples", "DIR", "your own inputs, compared beside the seeded probes; a folder per class for accuracy",
         True),
    Flag("preprocess", "{KEY: VALUE}",
         "how a picture becomes an input: size, fit, fill, crop, interpolation, channels, range, mean, std", True),
    Flag("tolerance", "{KIND: {LIMIT: X}}",
         "other limits for the parity gate, such as {float: {cosine: 0.99999}}", True),
    Flag("max_accuracy_drop", "SHARE",
         "how many of the labelled samples a file may tell worse than PyTorch, such as 0.01", True),
    Flag("weights_key", "PATH", "where in the checkpoint the weights are, such as ema or state_dict.model", True),
    Flag("force", "", "convert again even where the published model is current"),
    Flag("workers", "N", "checkpoints converted at a time (default: as many as cores and memory allow)"),
    Flag("timeout_per_checkpoint", "SECONDS", "a checkpoint that takes longer fails, alone"),
    Flag("keep", "N", "earlier versions that stay beside the new one, as TensorFlow Serving numbers them (default 0)"),
    Flag("max_drift", "{FIGURE: X}",
         "how much worse than the version it replaces a model may be, such as {accuracy: 0.01, size: 0.1}"),
    Flag("shard", "INDEX/COUNT",
         "takes one of so many shares of the checkpoints, from 0/4 to 3/4; its rows go to summary.INDEX-of-COUNT.json"),
    Flag("run_id", "ID", "names the run that a shard is of, the same for all: `summarize` takes none of another run for it"),
    Flag("result_file", "FILE", "the verdict, one line of JSON, where a pipeline looks for it"),
    Flag("metrics_file", "FILE", "what came of the run as Prometheus metrics, for node_exporter's textfile collector"),
    Flag("trust_pickle", "", "let PyTorch load what is refused otherwise, and run the code in it"),
    Flag("log", "text|json", "lines on stderr for people or for machines (default text)"),
)

FLAGS = {flag.name: flag for flag in _FLAGS}  # type: Mapping[str, Flag]

_MODEL = ("arch", "arch_args", "model_code", "input_shape", "input_names", "output_names", "fixed_inputs", "weights_key")

_COMMANDS = (
    Command("convert", "[CHECKPOINT ...]", 0, None,
            "Converts the checkpoints named, or every one found under the input folder.", tuple(FLAGS)),
    Command("inspect", "CHECKPOINT", 1, 1,
            "Says what a checkpoint is and what would stand in the way, without converting it.",
            ("input_dir",) + _MODEL + ("trust_pickle", "log")),
    Command("verify", "[OUTPUT_DIR]", 0, 1,
            "Checks the checksums of what was published and runs its parity again, with --samples its accuracy too.",
            ("output_dir", "samples", "preprocess", "max_accuracy_drop", "result_file", "log")),
    Command("demo", "", 0, 0,
            "Trains a small classifier of handwritten digits and converts it as your checkpoint would be.",
            ("output_dir", "result_file", "log")),
    Command("architectures", "", 0, 0, "Lists the networks that --arch knows.", ("log",)),
    Command("operators", "", 0, 0, "Lists the ONNX operators that can be converted.", ("log",)),
    Command("summarize", "[OUTPUT_DIR]", 0, 1, "Merges the summaries of all shards into one.",
            ("output_dir", "result_file", "log")),
)

COMMANDS = {command.name: command for command in _COMMANDS}  # type: Mapping[str, Command]

SIDECAR_KEYS = tuple(flag.name for flag in _FLAGS if flag.in_sidecar) + ("labels",)
