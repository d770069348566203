"""The demo from training to figures."""
import os
from contextlib import closing
from pathlib import Path
from typing import List, Mapping, Tuple

from job import determinism, modes
from job.batch import batch
from job.batch.output_folder import prepare
from job.processes import temporary_folder
from job.processes.actors import side_with
from job.samples.intervals import interval
from job.settings.command_line import Invocation
from job.settings.settings import DEFAULT_OUTPUT_DIR, RunSettings, run_settings
from job.watching import log, verdict
from job.watching.verdict import Verdict

NAME = "digits"
_MODEL = Path(__file__).resolve().parent / "model.py"
_LOCAL = Path("pt2tflite-demo")
_CALIBRATION = 100  # pictures
_HELD_OUT = 360  # pictures that no training sees
_SIDECAR = """# What the job should know of digits.pth
input_shape: [1, 1, 8, 8]
output_names: [digit]
preprocess: {size: 8, channels: gray}
quantize: [dynamic, float16, int8, int8-io, uint8-io]
calibration: calibration
labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
"""


def demonstrate(run: RunSettings, chain: batch.Chain, openers: batch.Openers) -> Tuple[Verdict, str]:
    """Trains, writes NAME.pth and NAME.yaml, converts them as `convert` would; the text says how right all are."""
    folder = output_folder(run)
    prepare(folder)
    determinism.settle_process()
    temporary_folder.check()
    checkpoint = folder / (NAME + ".pth")
    with log.stage("train", NAME), closing(side_with("job.demo.training:Trainer")) as side:
        shares = {"PyTorch": side.call("train", checkpoint)}
        side.call("write_calibration", folder / "calibration", _CALIBRATION)
    checkpoint.with_suffix(".yaml").write_text(_SIDECAR, encoding="utf-8")
    typed = as_a_user_would(checkpoint, folder, run.log)
    rows = batch.convert_all(typed, chain, openers)
    ending = verdict.of_outcomes(rows)
    if ending.exit_code:
        return ending, ""
    with log.stage("accuracy", NAME), closing(side_with("job.demo.judging:Judge")) as side:
        for mode in (modes.FLOAT32,) + modes.NAMES:
            tflite = folder / NAME / modes.tflite_name(NAME, mode)
            shares[tflite.name] = side.call("share_right", tflite)
    return ending, "\n".join(told(folder, shares))


def as_a_user_would(checkpoint: Path, folder: Path, style: str) -> RunSettings:
    """The settings of `convert digits.pth --model-code=model.py:digits_net`."""
    flags = {"model_code": "{}:digits_net".format(_MODEL), "output_dir": str(folder), "log": style}
    return run_settings(Invocation("convert", (str(checkpoint),), flags))


def output_folder(run: RunSettings) -> Path:
    """The folder that was named, else /out where it can be written to (in the image), else one right here."""
    if "output_dir" in run.given:
        return run.output_dir
    default = str(DEFAULT_OUTPUT_DIR)
    return DEFAULT_OUTPUT_DIR if os.path.isdir(default) and os.access(default, os.W_OK | os.X_OK) else _LOCAL


def told(folder: Path, shares: Mapping[str, float]) -> List[str]:
    """The accuracies, and where everything is."""
    lines = ["", "Digits told right, of {} pictures held out from training (95 % interval):".format(_HELD_OUT)]
    lines += [_row(name, share) for name, share in shares.items()]
    return lines + [
        "", "The model and its parity report are in {0}; the checkpoint is {0}.pth.".format(folder / NAME),
        "Your own: convert CHECKPOINT --output-dir=DIR; with --model-code=FILE.py:FACTORY if it is no known network",
    ]


def _row(name: str, share: float) -> str:
    low, high = interval(round(share * _HELD_OUT), _HELD_OUT)
    return "  {:<22} {:6.2f} %  ({:.1f} to {:.1f})".format(name, 100 * share, 100 * low, 100 * high)
