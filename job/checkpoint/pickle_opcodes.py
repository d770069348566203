"""The table of a pickle's opcodes, and those that push a value: numbers, text, bytes, empty containers."""

import codecs
from typing import Any, Callable, Dict, Optional

from job.checkpoint.pickle_machine import MARK, PickleMachine, malformed

LONGEST_INTEGER = 256  # bytes, or digits

Handler = Callable[[PickleMachine], None]
OPCODES = {}  # type: Dict[bytes, Handler]


def opcode(*codes: bytes) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        for code in codes:
            if code in OPCODES:
                raise ValueError("opcode {!r} is registered twice".format(code))
            OPCODES[code] = handler
        return handler

    return register


def constant(code: bytes, make: Callable[[], Any]) -> None:
    opcode(code)(lambda machine: machine.push(make()))


def sized(code: bytes, layout: str, decode: Callable[[bytes], Any], most: Optional[int] = None) -> None:
    """A length in the given layout, and then that many bytes."""

    def handler(machine: PickleMachine) -> None:
        length = machine.number(layout)
        if length < 0 or (most is not None and length > most):
            raise malformed("a length of {}".format(length))
        machine.push(decoded(decode, machine.source.read(length)))

    opcode(code)(handler)


def line(code: bytes, decode: Callable[[bytes], Any]) -> None:
    """A text argument that ends with its line."""

    def handler(machine: PickleMachine) -> None:
        machine.push(decoded(decode, machine.source.read_line()))

    opcode(code)(handler)


def fixed(code: bytes, layout: str, handle: Callable[[PickleMachine, Any], None]) -> None:
    """A number in the given layout."""
    opcode(code)(lambda machine: handle(machine, machine.number(layout)))


def decoded(decode: Callable[[bytes], Any], text: bytes) -> Any:
    try:
        return decode(text)
    except (ValueError, UnicodeError) as error:
        raise malformed("a text argument: {}".format(error)) from error


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _old_string(data: bytes) -> str:
    """A string of Python 2: bytes that were text, nearly always."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _quoted(text: bytes) -> str:
    if len(text) < 2 or text[:1] not in (b"'", b'"') or text[:1] != text[-1:]:
        raise ValueError("a string without its quotes")
    return _old_string(codecs.escape_decode(text[1:-1])[0])


def integer_of(text: bytes) -> int:
    if len(text) > LONGEST_INTEGER:
        raise ValueError("an integer of {} digits".format(len(text)))
    return int(text.rstrip(b"L"))


def _integer_or_bool(text: bytes) -> Any:
    return {b"00": False, b"01": True}[text] if text in (b"00", b"01") else integer_of(text)


def _little_endian(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


constant(b"N", lambda: None)
constant(b"\x88", lambda: True)
constant(b"\x89", lambda: False)
constant(b")", tuple)
constant(b"]", list)
constant(b"}", dict)
constant(b"\x8f", list)  # a set: its items need not be hashable here
constant(b"(", lambda: MARK)
line(b"I", _integer_or_bool)
line(b"L", integer_of)
line(b"F", float)
line(b"S", _quoted)
line(b"V", lambda text: text.decode("raw-unicode-escape"))
sized(b"\x8a", "<B", _little_endian, LONGEST_INTEGER)
sized(b"\x8b", "<i", _little_endian, LONGEST_INTEGER)
sized(b"T", "<i", _old_string)
sized(b"U", "<B", _old_string)
sized(b"B", "<I", bytes)
sized(b"C", "<B", bytes)
sized(b"\x8e", "<Q", bytes)
sized(b"\x96", "<Q", bytes)
sized(b"X", "<I", text_of)
sized(b"\x8c", "<B", text_of)
sized(b"\x8d", "<Q", text_of)
fixed(b"J", "<i", PickleMachine.push)
fixed(b"K", "<B", PickleMachine.push)
fixed(b"M", "<H", PickleMachine.push)
fixed(b"G", ">d", PickleMachine.push)
