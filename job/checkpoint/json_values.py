"""JSON of unknown origin: what would cost far more than its length is refused before it is parsed."""

import json
from collections import OrderedDict
from typing import Any, List, Tuple

LONGEST = 16 * 1024 * 1024  # bytes: 100,000 tensors and more
MOST_CONTAINERS = 400 * 1000
MOST_VALUES = 2 * 1000 * 1000
LONGEST_NUMBER = 40  # digits


def value_from_json(raw: bytes) -> Any:
    """Objects as OrderedDict; ValueError says what is wrong, a name given twice among it."""
    if (
        len(raw) > LONGEST
        or raw.count(b"{") + raw.count(b"[") > MOST_CONTAINERS
        or raw.count(b",") > MOST_VALUES
    ):
        raise ValueError("it is larger than that of any model")
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_constant,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _without_duplicates(pairs: List[Tuple[str, Any]]) -> "OrderedDict[str, Any]":
    table = OrderedDict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a name is in it twice")
    return table


def _integer(text: str) -> int:
    return int(_short(text))


def _real(text: str) -> float:
    return float(_short(text))


def _constant(text: str) -> Any:
    raise ValueError("{} is no JSON".format(text))


def _short(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number of {} digits".format(len(text)))
    return text
