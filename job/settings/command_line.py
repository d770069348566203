"""The words a user typed -> a command, its values and its flags, all still as typed.

Fire parses, and no more: it guesses types (a file named 1e3 becomes a float), takes the word after a
switch as its value, and calls a function before it notices a misspelt flag. So every flag is made
explicit and checked by name first, values stay strings, and the job starts after Fire has returned.
"""
import contextlib
import io
import re
from pathlib import Path
from typing import Callable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from job.errors import UsageError
from job.nearest import did_you_mean
from job.settings.surface import COMMANDS, FLAGS, Command, Flag

_FLAG = re.compile(r"--?[A-Za-z]|--")
_CHECKPOINT_LIKE = re.compile(r"[/.]")


class Invocation(NamedTuple):
    command: str
    values: Tuple[str, ...]
    flags: Mapping[str, str]  # name with underscores -> value as typed


class HelpWanted(NamedTuple):
    command: str  # "" for the overview


def wants_help(words: Sequence[str]) -> Optional[HelpWanted]:
    """Whether help is asked for, anywhere on the line, and on which command."""
    if not ({"-h", "--help"} & set(words) or list(words[:1]) == ["help"]):
        return None
    named = [word for word in words if word in COMMANDS]
    return HelpWanted(named[0] if named else "")


def log_style(words: Sequence[str]) -> str:
    """Of what is said before the line is understood, or if it never is."""
    return "json" if re.search(r"\n--log[=\n]json\n", "\n{}\n".format("\n".join(words))) else "text"


def parsed(words: Sequence[str]) -> Invocation:
    """Raises UsageError for an unknown command, for an unknown, repeated or incomplete flag, for too many values."""
    if "--" in words:
        raise UsageError("'--' has no meaning here", hint="leave it out, with what follows it; a file whose "
                                                          "name starts with a dash is written ./-name")
    command, rest = _command(list(words))
    invocation = _by_fire(command, list(_explicit(command, rest)))
    count = len(invocation.values)
    if count < command.least or (command.most is not None and count > command.most):
        raise UsageError("{} takes {}, {} given{}".format(
            command.name, command.values or "no value", count or "none",
            ": " + " ".join(invocation.values) if count else ""), hint=_help_hint(command))
    return invocation


def _command(words: List[str]) -> Tuple[Command, List[str]]:
    if not words or _FLAG.match(words[0]):
        return COMMANDS["convert"], words
    if words[0] in COMMANDS:
        return COMMANDS[words[0]], words[1:]
    if _CHECKPOINT_LIKE.search(words[0]) or Path(words[0]).exists():
        return COMMANDS["convert"], words
    raise UsageError("{}: no such command, and no such file".format(words[0]),
                     hint=did_you_mean(words[0], COMMANDS) or "commands are " + ", ".join(COMMANDS))


def _explicit(command: Command, words: List[str]) -> Iterator[str]:
    """Every flag as ``--name=value``: nothing is left to guess."""
    seen, pending = set(), list(reversed(words))
    while pending:
        word = pending.pop()
        if not _FLAG.match(word):
            yield word
            continue
        spelling, equals, value = word.partition("=")
        flag = _flag(command, spelling)
        if flag.name in seen:
            raise UsageError("{} is given twice".format(flag.spelling), hint="give it once")
        seen.add(flag.name)
        if not equals:
            value = _next_value(flag, pending) if flag.value else "true"
        yield "--{}={}".format(flag.name, value)


def _flag(command: Command, spelling: str) -> Flag:
    name = spelling[2:].replace("-", "_") if spelling.startswith("--") else ""
    if name in command.flags:
        return FLAGS[name]
    if name in FLAGS:
        raise UsageError("{} is no flag of {}".format(spelling, command.name), hint=_help_hint(command))
    known = [each.replace("_", "-") for each in command.flags]
    meant = did_you_mean(spelling.lstrip("-").replace("_", "-"), known, "--")
    raise UsageError("{}: no such flag of {}".format(spelling, command.name), hint=meant or _help_hint(command))


def _next_value(flag: Flag, pending: List[str]) -> str:
    if not pending or _FLAG.match(pending[-1]):
        raise UsageError("{} needs a value".format(flag.spelling),
                         hint="{}={}".format(flag.spelling, flag.value))
    return pending.pop()


def _help_hint(command: Command) -> str:
    return "`{} --help` lists its flags".format(command.name)


def _by_fire(command: Command, words: List[str]) -> Invocation:
    import fire

    taken = []  # type: List[Invocation]
    said = io.StringIO()
    # Fire's own separator is a lone dash; no file is named like this one.
    line = [command.name] + words + ["--", "--separator=\n"]
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            fire.Fire({command.name: _taker(command, taken)}, command=line, name="job")
    except fire.core.FireExit as error:
        raise UsageError("cannot read the command line: {}".format(" ".join(words)),
                         hint=_help_hint(command)) from error
    return taken[0]


def _taker(command: Command, taken: List[Invocation]) -> Callable[..., None]:
    from fire.decorators import SetParseFn

    @SetParseFn(str)
    def take(*values: str, **flags: str) -> None:
        taken.append(Invocation(command.name, values, flags))

    return take
