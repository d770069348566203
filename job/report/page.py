"""report.html: parity.json and interface.json to look at, as one file that needs no other."""
import functools
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from job.parity.explain import of_spared
from job.parity.tolerance import AT_MOST

_TEMPLATE = Path(__file__).with_suffix(".html")
Document = Mapping[str, Any]


class Limit(NamedTuple):
    name: str
    measured: Any
    bound: str  # "at most 0.1"


class Row(NamedTuple):
    stage: str
    output: str
    verdict: str
    probes: int
    limits: Tuple[Limit, ...]
    reasons: Tuple[str, ...]
    worst: str  # the element that is furthest off


def page(name: str, parity: Document, interface: Optional[Document] = None) -> bytes:
    """The page of a model; the same bytes for the same documents. A failed one has no interface.

    What others wrote (names, labels, messages) is shown as text, whatever is in it.
    """
    text = _template().render(name=name, parity=parity, interface=interface, rows=list(_rows(parity)), notes=_notes(parity),
                              words=_words, pretty=_pretty, counted=_counted)
    return (text + "\n").encode("utf-8", "backslashreplace")


@functools.lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined  # 50 ms, which a run that skips everything need not wait for

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def _rows(parity: Document) -> Iterator[Row]:
    for stage in parity["stages"]:
        for output in stage["outputs"]:
            limits = tuple(Limit(name, output.get(name), _bound(name, value)) for name, value in output["tolerance"].items()
                           if output.get(name) is not None)
            yield Row(stage["stage"], output["name"], "passed" if output["passed"] else "failed", output["probes"],
                      limits, tuple(output["reasons"]), _worst(output.get("worst")))


def _bound(name: str, value: float) -> str:
    return "{} {:g}".format("at most" if name in AT_MOST else "at least", value)


def _worst(worst: Optional[Document]) -> str:
    if not worst:
        return ""
    return "{answer} for {reference}, at {index} of {probe}".format(**worst)


def _notes(parity: Document) -> List[str]:
    notes = [warning["message"] for warning in parity["warnings"]]
    if parity["spared_layers"]:
        notes.append(of_spared(parity["spared_layers"]))
    return notes + list((parity["checkpoint"] or {"notes": ()})["notes"])


def _counted(operators: Dict[str, int]) -> str:
    return ", ".join("{} {}".format(count, name) for name, count in operators.items())


def _words(key: str) -> str:
    return key.replace("_", " ")


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
