"""What --help prints, for people."""
import textwrap
from typing import Iterable, Tuple

from job.settings.surface import COMMANDS, FLAGS, SIDECAR_KEYS

_ABOUT = "PyTorch checkpoints to a SavedModel and .tflite files, each compared with PyTorch before it is published."

_EXAMPLES = """Examples
  docker run -v ckpt:/in -v out:/out pt2tflite            every checkpoint in the volume ckpt
  scripts/run demo                                        needs no checkpoint
  scripts/run convert net.pth --output-dir=out            the network is recognised by its tensors
  scripts/run convert net.pth --model-code=net.py:make --input-shape=1,3,96,128 --output-dir=out
"""

_EXIT_CODES = (
    ("0", "every checkpoint converted, every gate passed"),
    ("1", "a bug of this job, with its traceback"),
    ("2", "wrong usage, or no permission"),
    ("3", "bad checkpoint"),
    ("4", "unsupported model"),
    ("5", "a conversion stage failed"),
    ("6", "the answers are not PyTorch's"),
    ("75", "disk full, volume unreadable: try again"),
    ("130, 143", "interrupted, stopped; nothing partial is left"),
)

_SIDECAR = ("A file NAME.yaml beside NAME.pth may say the same for its checkpoint, spelt with underscores: "
            "{}. Flags win over it. It can only tighten the tolerance and only point inside the input folder.")


def overview() -> str:
    """Commands, examples and exit codes."""
    return "\n".join([
        _ABOUT, "",
        "Usage: python -m job [COMMAND] [FLAGS]        with no command: convert", "",
        "Commands", _table((command.name, command.text) for command in COMMANDS.values()), "",
        _EXAMPLES, "Exit codes", _table(_EXIT_CODES), "",
        "COMMAND --help shows a command's flags.", "",
    ])


def command_help(name: str) -> str:
    """What one command does, and its flags."""
    command = COMMANDS[name]
    usage = " ".join(filter(None, ["Usage: python -m job", name, command.values, "[FLAGS]"]))
    flags = ((_usage(flag), FLAGS[flag].text) for flag in command.flags)
    lines = [usage, "", command.text, "", "Flags", _table(flags), ""]
    if name == "convert":
        lines += [textwrap.fill(_SIDECAR.format(", ".join(SIDECAR_KEYS)), 100), "", _EXAMPLES]
    return "\n".join(lines)


def _usage(name: str) -> str:
    flag = FLAGS[name]
    return "{}={}".format(flag.spelling, flag.value) if flag.value else flag.spelling


def _table(rows: Iterable[Tuple[str, str]]) -> str:
    rows = list(rows)
    width = max(len(left) for left, _ in rows)
    return "\n".join(textwrap.fill(right, 110, initial_indent="  {:<{}}  ".format(left, width),
                                   subsequent_indent=" " * (width + 4)) for left, right in rows)
