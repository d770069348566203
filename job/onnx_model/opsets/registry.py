"""How an operator of one opset is said in the next."""
from typing import Callable, Dict

from job.onnx_model.graph import Rule

UPGRADES = {}  # type: Dict[int, Dict[str, Rule]]


def upgrades(opset: int, *ops: str) -> Callable[[Rule], Rule]:
    """Registers a rule: a node of that opset -> what says the same in the next, or None where it stays."""
    def register(rule: Rule) -> Rule:
        for op in ops:
            if op in UPGRADES.setdefault(opset, {}):
                raise ValueError("two upgrades of {} from opset {}".format(op, opset))
            UPGRADES[opset][op] = rule
        return rule
    return register
