"""What the user's code raises, in its own words: its message and its lines, none of ours and none of PyTorch's."""
import contextlib
import faulthandler
import importlib
import os
import re
import sys
import traceback
from typing import Any, Iterator, List, Optional

import torch

from job.errors import BadCheckpoint, JobError
from job.user_code.imports import PACKAGE, code_folders
from job.user_code.not_here import NotHere

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_PYTORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep
_LONGEST = 1500  # characters of one exception's message
_WANTS_WHOLE_NUMBERS = ("scalar type long", "tensors used as indices must be")
_PYTHON = "Python {}.{}".format(*sys.version_info[:2])
_FINDS = "`pip download --no-deps --python-version={}.{} PACKAGE` finds the wheel, which is a zip".format(*sys.version_info[:2])
_CAME_LATER = ((r"^\s*type\s+\w.*=", "`type X = ...` came with Python 3.12"),
               (r"^\s*except\s*\*", "`except*` came with Python 3.11"),
               (r"^\s*(def|class)\s+\w+\[", "type parameters came with Python 3.12"))
_MOST_LINES = 24  # of one traceback: a recursion has a thousand


class BadModelCode(BadCheckpoint):
    """The user's code raised, or did not give a module that can be converted."""

    stage = "model_code"


@contextlib.contextmanager
def their_code(doing: str, hint: str = "", stage: str = "") -> Iterator[None]:
    """What is raised inside becomes a BadModelCode; what is printed goes to stderr, where the log is.

    `doing` begins its message: "net.py:make"; `hint` is given where the error itself suggests no better one.
    """
    folder = os.getcwd()
    try:
        with contextlib.redirect_stdout(sys.stderr), _crashes_told():
            yield
    except JobError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise BadModelCode("{} raised {}".format(doing, told(error)), _hint(error, hint), stage) from error
    finally:
        sys.stderr.flush()
        os.chdir(folder)


@contextlib.contextmanager
def _crashes_told() -> Iterator[None]:
    """A crash inside leaves its Python lines on stderr: nobody lives on to tell them."""
    if faulthandler.is_enabled():
        yield
        return
    faulthandler.enable(sys.__stderr__, all_threads=False)
    try:
        yield
    finally:
        faulthandler.disable()


def told(error: BaseException) -> str:
    """The exception and the lines it came through, and below it those that it was raised from."""
    lines, seen = [], []  # type: List[str], List[BaseException]
    current = error  # type: Optional[BaseException]
    while current is not None and current not in seen and len(seen) < 4:
        lead = "  which came of " if seen else ""
        lines += [lead + _name_and_message(current)] + _their_lines(current)
        seen.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def place_in_code(filename: str, line: Any) -> str:
    """'net.py line 12', the file as seen from the code's own folder."""
    return "{} line {}".format(_shown(filename), line)


def is_theirs(filename: str) -> bool:
    """Whether a line of that file is for the user to look at."""
    return not filename.startswith((_OURS, _PYTORCH, "<frozen importlib", contextlib.__file__, importlib.__file__))


def _name_and_message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception as another:
        text = "its message cannot be had: {}".format(type(another).__name__)
    text = text.replace(PACKAGE + ".", "").strip()
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
    return "{}: {}".format(type(error).__name__, cut) if cut else type(error).__name__


def _their_lines(error: BaseException) -> List[str]:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if is_theirs(frame.filename if frame.filename.startswith("<") else os.path.abspath(frame.filename))]
    lines = ["  {}, in {}: {}".format(place_in_code(frame.filename, frame.lineno), frame.name, frame.line)
             for frame in frames]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append("  {}: {}".format(place_in_code(error.filename, error.lineno), (error.text or "").strip()))
    half = _MOST_LINES // 2
    if len(lines) > _MOST_LINES:
        lines[half:-half] = ["  ... {} more ...".format(len(lines) - 2 * half)]
    return lines


def _shown(filename: str) -> str:
    for folder in tuple(code_folders()) + tuple(path for path in sys.path if path):
        if filename.startswith(folder + os.sep):
            return os.path.relpath(filename, folder)
    return os.path.basename(filename)


def _hint(error: BaseException, otherwise: str) -> str:
    text = str(error).lower() if isinstance(error, (RuntimeError, IndexError, AssertionError, AttributeError)) else ""
    if "cuda" in text or "nvidia" in text:
        return "there is no GPU here: let the code run on the CPU, for example with x.device in place of .cuda()"
    if any(words in text for words in _WANTS_WHOLE_NUMBERS):
        return "where it takes whole numbers, such as those of words, say so: --input-shape=1,16:int64"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _without_module(error.name.replace(PACKAGE + ".", ""))
    if isinstance(error, ValueError) and "beyond top-level package" in str(error):
        return "a folder is part of a package where it holds an __init__.py, and its parent one too"
    if isinstance(error, SyntaxError):
        newer = next((told + "; " for words, told in _CAME_LATER if re.search(words, error.text or "")), "")
        return "{}the code is run by {}; of a package, one that runs there goes beside it: {}".format(newer, _PYTHON, _FINDS)
    if isinstance(error, AttributeError) and "module 'torch" in str(error):
        return "the code is run on PyTorch {}".format(torch.__version__)
    if isinstance(error, NotHere):
        return ("write what asks for it, in the lines above, in another way; or export the network where it was trained, and "
                "convert the .onnx file")
    if otherwise and isinstance(error, (RuntimeError, ValueError, IndexError, AssertionError)):
        return otherwise
    return "this is the model's own code, run on PyTorch {}: the lines above are where it failed".format(
        torch.__version__)


def _without_module(name: str) -> str:
    if name.startswith("torch."):
        return "PyTorch {} has no {}: where the network needs it, export it there, and convert the .onnx file".format(
            torch.__version__, name)
    return "{} is neither installed here nor beside the code: put it there; {}".format(name, _FINDS)
