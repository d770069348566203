"""Modules in modules, as a file has them."""

from typing import Any, Callable, Iterable, Iterator, Tuple

from job.errors import BadCheckpoint

MOST_MODULES = 10 * 1000


def nested_modules(
    main: Any, inner: Callable[[Any], Iterable[Tuple[str, Any]]]
) -> Iterator[Tuple[str, Any]]:
    """Each module, and what the names of its tensors begin with, before those that are `inner` to it, by their names.

    Raises BadCheckpoint where they are too many, as they are where one holds itself.
    """
    pending, found = [("", main)], 0
    while pending:
        found += 1
        if found > MOST_MODULES:
            raise BadCheckpoint(
                "it holds more than {} modules, or one that holds itself".format(MOST_MODULES),
                hint="save model.state_dict() instead",
            )
        prefix, module = pending.pop()
        yield prefix, module
        pending.extend(reversed([(prefix + name + ".", each) for name, each in inner(module)]))
