"""How an operator of an opset after the canonical one is said in that."""
from typing import Callable, Dict, NamedTuple

from job.onnx_model.graph import Rule


class Newer(NamedTuple):
    since: int  # the first opset that says it so
    rule: Rule  # its inputs' shapes are known, and their values where they do not depend on the network's inputs


NEWER = {}  # type: Dict[str, Newer]


def newer(since: int, *ops: str) -> Callable[[Rule], Rule]:
    """Registers a rule: a node of that opset or a later one -> the canonical opset's, or None where it stays."""
    def register(rule: Rule) -> Rule:
        for op in ops:
            if op in NEWER:
                raise ValueError("two rules for {}".format(op))
            NEWER[op] = Newer(since, rule)
        return rule
    return register
