"""A changed module in the place of one that is imported already: its functions get new code."""
import gc
from types import CodeType, FunctionType
from typing import Dict, Iterator, List, Tuple

_OPTIMIZED = 1  # the flag of a function's code; a module's and a class's have it not


class Functions:
    """The functions of this process by the file they are from; indexed once."""

    def __init__(self) -> None:
        self._by_file = {}  # type: Dict[str, List[FunctionType]]
        for each in gc.get_objects():
            if type(each) is FunctionType:
                self._by_file.setdefault(each.__code__.co_filename, []).append(each)

    def patch(self, code: CodeType) -> bool:
        """Whether the functions of the module can be given its code: what they close over must stay."""
        new = dict(_functions_in(code))
        for function in self._by_file.get(code.co_filename, ()):
            theirs = new.get((function.__code__.co_name, function.__code__.co_firstlineno))
            if theirs is None or theirs.co_freevars != function.__code__.co_freevars:
                return False
            function.__code__ = theirs
        return True


def changes_import(before: CodeType, after: CodeType) -> bool:
    """Whether what runs at import differs, functions' own code apart."""
    return _at_import(before) != _at_import(after)


def _functions_in(code: CodeType) -> Iterator[Tuple[Tuple[str, int], CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield (constant.co_name, constant.co_firstlineno), constant
            yield from _functions_in(constant)


def _at_import(code: CodeType) -> tuple:
    constants = tuple(_at_import(each) if isinstance(each, CodeType) and not each.co_flags & _OPTIMIZED
                      else "a function" if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    return code.co_code, constants, code.co_names
