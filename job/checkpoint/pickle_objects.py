"""The opcodes that work on what is on the stack: memo, containers, globals and calls."""

from typing import Any, Callable, List

from job.checkpoint.pickle_machine import LONGEST_GLOBAL, MARK, Global, PickleMachine, as_key, malformed
from job.checkpoint.pickle_opcodes import OPCODES, Handler, decoded, fixed, integer_of, opcode, text_of
from job.checkpoint.source import Source
from job.checkpoint.values import Placeholder


def load_pickle(
    source: Source, find_global: Callable[[str, str], Global], persistent_load: Callable[[Any], Any]
) -> Any:
    """The inert value of the pickle at the source's position, which then is just after it."""
    return PickleMachine(source, find_global, persistent_load).run(OPCODES)


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
fixed(b"q", "<B", _memoize)
fixed(b"r", "<I", _memoize)
fixed(b"h", "<B", _recall)
fixed(b"j", "<I", _recall)
opcode(b"\x94")(lambda machine: _memoize(machine, len(machine.memo)))
opcode(b"p")(lambda machine: _memoize(machine, decoded(integer_of, machine.source.read_line())))
opcode(b"g")(lambda machine: _recall(machine, decoded(integer_of, machine.source.read_line())))


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
        items = tuple(machine.stack[-count:])
        if len(items) < count or any(item is MARK for item in items):
            raise malformed("it takes from an empty stack")
        machine.stack[-count:] = [items]

    return handler


for _code, _count in ((b"\x85", 1), (b"\x86", 2), (b"\x87", 3)):
    opcode(_code)(_tuple_of(_count))
opcode(b"t", b"\x91")(lambda machine: machine.push(tuple(machine.pop_to_mark())))
opcode(b"l")(lambda machine: machine.push(machine.pop_to_mark()))


@opcode(b"d")
def _dict(machine: PickleMachine) -> None:
    items = machine.pop_to_mark()
    machine.push({})
    _set_items(machine, items)


def _set_items(machine: PickleMachine, items: List[Any]) -> None:
    target = machine.top()
    if isinstance(target, Placeholder):
        target = target.own_items()
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
    module = decoded(text_of, machine.source.read_line())
    machine.push(_found(machine, module, decoded(text_of, machine.source.read_line())))


def _found(machine: PickleMachine, module: str, name: str) -> Global:
    if len(module) + len(name) > LONGEST_GLOBAL:
        raise malformed("a global with a name of {} characters".format(len(module) + len(name)))
    return machine.find_global(module, name)


@opcode(b"\x93")
def _stack_global(machine: PickleMachine) -> None:
    name, module = machine.pop(), machine.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise malformed("a global whose name is not text")
    machine.push(_found(machine, module, name))


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
    module = decoded(text_of, machine.source.read_line())
    function = _found(machine, module, decoded(text_of, machine.source.read_line()))
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


@opcode(b"P")
def _persistent_text(machine: PickleMachine) -> None:
    machine.push(decoded(text_of, machine.source.read_line()))
    _persistent(machine)


@opcode(b"Q")
def _persistent(machine: PickleMachine) -> None:
    machine.push(machine.persistent_load(machine.pop()))
