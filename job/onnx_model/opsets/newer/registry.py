"""How an operator of an opset after the canonical one is said in that."""
from typing import Callable, Dict, List, NamedTuple, Optional

from job.onnx_model.graph import Rule


class Newer(NamedTuple):
    since: int  # the first opset that says it so
    rule: Rule  # its inputs' shapes are known, and their values where they do not depend on the network's inputs


NEWER = {}  # type: Dict[str, List[Newer]]


def newer(since: int, *ops: str) -> Callable[[Rule], Rule]:
    """Registers a rule: a node of that opset or a later one, up to the operator's next rule -> the canonical opset's, or None
    where it stays."""
    def register(rule: Rule) -> Rule:
        for op in ops:
            rules = NEWER.setdefault(op, [])
            if any(other.since == since for other in rules):
                raise ValueError("two rules for {} since opset {}".format(op, since))
            rules.append(Newer(since, rule))
        return rule
    return register


def rule_of(op: str, opset: int) -> Optional[Newer]:
    """The operator's newest rule up to that opset."""
    return max((rule for rule in NEWER.get(op, ()) if rule.since <= opset), key=lambda rule: rule.since, default=None)
