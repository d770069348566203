"""What today's PyTorch is asked, and what is asked of the same name on PyTorch 1.1: every argument of each."""
from typing import Any, List, Mapping, Tuple

import torch
import torch.nn.functional as F
from torch import nn

NUMBERS = (-90.0, -21.0, -6.0, -3.0, -2.5, -0.5, -1e-4, 0.0, 0.3, 1.7, 2.9, 3.1, 7.0, 20.5, 90.0)
IN_PLACE = {"SiLU": "silu", "Mish": "mish", "Hardswish": "hardswish", "Hardsigmoid": "hardsigmoid"}
SHAPE = (2, 3, 1, 2)


def rows() -> Mapping[str, Tuple[str, ...]]:
    """Of each, Python that makes a function of one tensor: `nn.SiLU(inplace=True)`."""
    found = {"gelu": ["F.gelu"], "GELU": ["nn.GELU()", "nn.GELU('tanh')"], "Flatten": ["nn.Flatten()"]}
    for approximate in ("none", "tanh"):
        found["gelu"].append("lambda x: F.gelu(input=x, approximate={!r})".format(approximate))
        found["GELU"].append("nn.GELU(approximate={!r})".format(approximate))
    for module, function in IN_PLACE.items():
        found[function] = ["F." + function, "lambda x: F.{}(x, True)".format(function)]
        found[module] = ["nn.{}()".format(module), "nn.{}(True)".format(module), "set_later(nn.{}())".format(module)]
        for inplace in (False, True):
            found[function].append("lambda x: F.{}(input=x, inplace={})".format(function, inplace))
            found[module].append("nn.{}(inplace={})".format(module, inplace))
    for start in range(-3, 4):
        found["Flatten"] += ["nn.Flatten({}, {})".format(start, end) for end in (-1, -2, 3) if start % 4 <= end % 4]
    found["Flatten"].append("nn.Flatten(start_dim=2, end_dim=3)")
    return {name: tuple(each) for name, each in found.items()}


def answered(row: str) -> Mapping[str, Any]:
    """What it answers, what its input holds afterwards, and whether the two are one tensor."""
    x = torch.arange(12.0).reshape(SHAPE) if "Flatten" in row else torch.tensor(NUMBERS)
    answer = eval(row, {"nn": nn, "F": F, "set_later": set_later})(x)
    return {"shape": list(answer.shape), "answer": _numbers(answer), "input": _numbers(x), "same": answer is x}


def set_later(module: nn.Module) -> nn.Module:
    module.inplace = True
    return module


def _numbers(x: torch.Tensor) -> List[float]:
    return [float("{:.7g}".format(number)) for number in x.reshape(-1).tolist()]
