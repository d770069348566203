"""What each opcode of a pickle does to the machine."""
import codecs
from collections import OrderedDict
from typing import Any, Callable, Dict, List, Optional

from job.checkpoint.pickle_machine import MARK, Global, PickleMachine, as_key, malformed
from job.checkpoint.source import Source
from job.checkpoint.values import Placeholder

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
        machine.push(_decoded(decode, machine.source.read(length)))

    opcode(code)(handler)


def line(code: bytes, decode: Callable[[bytes], Any]) -> None:
    """A text argument that ends with its line."""

    def handler(machine: PickleMachine) -> None:
        machine.push(_decoded(decode, machine.source.read_line()))

    opcode(code)(handler)


def _decoded(decode: Callable[[bytes], Any], text: bytes) -> Any:
    try:
        return decode(text)
    except (ValueError, UnicodeError) as error:
        raise malformed("a text argument: {}".format(error)) from error


def _text(data: bytes) -> str:
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


def _integer(text: bytes) -> int:
    if len(text) > LONGEST_INTEGER:
        raise ValueError("an integer of {} digits".format(len(text)))
    return int(text.rstrip(b"L"))


def _integer_or_bool(text: bytes) -> Any:
    return {b"00": False, b"01": True}[text] if text in (b"00", b"01") else _integer(text)


def _little_endian(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)


def load_pickle(
    source: Source, find_global: Callable[[str, str], Global], persistent_load: Callable[[Any], Any]
) -> Any:
    """The inert value of the pickle at the source's position, which then is just after it."""
    return PickleMachine(source, find_global, persistent_load).run(OPCODES)


constant(b"N", lambda: None)
constant(b"\x88", lambda: True)
constant(b"\x89", lambda: False)
constant(b")", tuple)
constant(b"]", list)
constant(b"}", OrderedDict)
constant(b"\x8f", list)  # a set: its items need not be hashable here
constant(b"(", lambda: MARK)
line(b"I", _integer_or_bool)
line(b"L", _integer)
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
sized(b"X", "<I", _text)
sized(b"\x8c", "<B", _text)
sized(b"\x8d", "<Q", _text)


def fixed(code: bytes, layout: str, handle: Callable[[PickleMachine, Any], None]) -> None:
    """A number in the given layout."""
    opcode(code)(lambda machine: handle(machine, machine.number(layout)))


def _memoize(machine: PickleMachine, index: int) -> None:
    machine.memo[index] = machine.top()


def _recall(machine: PickleMachine, index: int) -> None:
    if index not in machine.memo:
        raise malformed("it recalls what it never kept")
    machine.push(machine.memo[index])


def _protocol(machine: PickleMachine, version: int) -> None:
    if version > 5:
        raise malformed("protocol {}".format(version))


fixed(b"\x80", "<B", _protocol)
fixed(b"\x95", "<Q", lambda machine, length: None)  # a frame: only a hint for buffering
fixed(b"J", "<i", PickleMachine.push)
fixed(b"K", "<B", PickleMachine.push)
fixed(b"M", "<H", PickleMachine.push)
fixed(b"G", ">d", PickleMachine.push)
fixed(b"q", "<B", _memoize)
fixed(b"r", "<I", _memoize)
fixed(b"h", "<B", _recall)
fixed(b"j", "<I", _recall)
opcode(b"\x94")(lambda machine: _memoize(machine, len(machine.memo)))
opcode(b"p")(lambda machine: _memoize(machine, _decoded(_integer, machine.source.read_line())))
opcode(b"g")(lambda machine: _recall(machine, _decoded(_integer, machine.source.read_line())))


@opcode(b"0")
def _pop(machine: PickleMachine) -> None:
    if machine.stack and machine.stack[-1] is MARK:
        del machine.stack[-1]
    else:
        machine.pop()


opcode(b"1")(lambda machine: machine.pop_to_mark() and None)
opcode(b"2")(lambda machine: machine.push(machine.top()))


def _tuple_of(count: int) -> Handler:
    def handler(machine: PickleMachine) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.push(tuple(reversed(items)))

    return handler


for _code, _count in ((b"\x85", 1), (b"\x86", 2), (b"\x87", 3)):
    opcode(_code)(_tuple_of(_count))
opcode(b"t", b"\x91")(lambda machine: machine.push(tuple(machine.pop_to_mark())))
opcode(b"l")(lambda machine: machine.push(machine.pop_to_mark()))


@opcode(b"d")
def _dict(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.push(OrderedDict())
    _set_items(machine, items)


def _set_items(machine: PickleMachine, items: List[Any]) -> None:
    target = machine.top()
    if isinstance(target, Placeholder):
        target = target.items
    if not isinstance(target, dict) or len(items) % 2:
        raise malformed("it sets items of a {}".format(type(target).__name__))
    for key, value in zip(items[::2], items[1::2]):
        target[as_key(key)] = value


def _append(machine: PickleMachine, items: List[Any]) -> None:
    target = machine.top()
    if isinstance(target, list):
        target.extend(items)
    elif not isinstance(target, Placeholder):  # a list of a class we do not know: its items are dropped
        raise malformed("it appends to a {}".format(type(target).__name__))


opcode(b"u")(lambda machine: _set_items(machine, machine.pop_to_mark()))
opcode(b"e", b"\x90")(lambda machine: _append(machine, machine.pop_to_mark()))
opcode(b"a")(lambda machine: _append(machine, [machine.pop()]))


@opcode(b"s")
def _set_item(machine: PickleMachine) -> None:
    value, key = machine.pop(), machine.pop()
    _set_items(machine, [key, value])


@opcode(b"c")
def _global(machine: PickleMachine) -> None:
    module = _decoded(_text, machine.source.read_line())
    machine.push(machine.find_global(module, _decoded(_text, machine.source.read_line())))


@opcode(b"\x93")
def _stack_global(machine: PickleMachine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise malformed("a global whose name is not text")
    machine.push(machine.find_global(module, name))


@opcode(b"R", b"\x81")
def _call(machine: PickleMachine) -> None:
    args, function = machine.pop(), machine.pop()
    machine.push(machine.call(function, args))


@opcode(b"\x92")
def _call_with_keywords(machine: PickleMachine) -> None:
    machine.pop()  # no global on the list takes keywords
    _call(machine)


@opcode(b"i")
def _instance(machine: PickleMachine) -> None:
    module = _decoded(_text, machine.source.read_line())
    function = machine.find_global(module, _decoded(_text, machine.source.read_line()))
    machine.push(machine.call(function, tuple(machine.pop_to_mark())))


@opcode(b"o")
def _object(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.push(machine.call(items[0] if items else None, tuple(items[1:])))


@opcode(b"b")
def _build(machine: PickleMachine) -> None:
    """State for an object: kept where the object keeps it, dropped for containers and tensors."""
    state, target = machine.pop(), machine.top()
    if hasattr(target, "set_state"):
        target.set_state(state)


opcode(b"P")(lambda machine: machine.push(machine.persistent_load(_decoded(_text, machine.source.read_line()))))
opcode(b"Q")(lambda machine: machine.push(machine.persistent_load(machine.pop())))
