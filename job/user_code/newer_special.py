"""torch.special, as far as it converts."""
import math
from typing import Any

import torch
import torch.nn.functional as F


def ndtr(input: torch.Tensor) -> torch.Tensor:
    return 0.5 * (1 + torch.erf(input / math.sqrt(2)))


def _known_as(owner: Any, name: str) -> Any:
    """Looked up late, since it may be provided too."""
    return lambda *given, **named: getattr(owner, name)(*given, **named)


_KNOWN = {"erf": "erf", "exp2": "exp2", "expit": "sigmoid", "expm1": "expm1", "log1p": "log1p", "logit": "logit",
          "logsumexp": "logsumexp", "round": "round", "sinc": "sinc"}
FUNCTIONS = dict({name: _known_as(torch, known) for name, known in _KNOWN.items()}, ndtr=ndtr,
                 **{name: _known_as(F, name) for name in ("log_softmax", "softmax")})
