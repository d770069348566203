"""Makes N random checkpoints with the PyTorch that runs it, and the table of what it reads in them.

python tests/checkpoints/make_random.py FOLDER N [SEED]
python -m tests.checkpoints.compare FOLDER      (by PyTorch 1.1's Python: what differs from what we read)
"""

import json
import random
import sys
import warnings
from collections import OrderedDict
from pathlib import Path

import torch
from make_fixtures import CURRENT, described, loaded, tensors_of

DTYPES = [torch.float32] * 6 + [
    torch.float16,
    torch.float64,
    torch.int64,
    torch.int32,
    torch.int16,
    torch.int8,
    torch.uint8,
]
if CURRENT:
    DTYPES += [torch.bfloat16, torch.bool, torch.bfloat16, torch.float16]
SIZES = (1, 1, 2, 3, 3, 4, 7) + (
    (0,) if CURRENT else ()
)  # PyTorch 1.1 cannot read all that it writes of size 0


def tensor(draw: random.Random) -> torch.Tensor:
    shape = [draw.choice(SIZES) for _ in range(draw.choice((0, 1, 1, 2, 2, 3, 4, 4, 5)))]
    dtype = draw.choice(DTYPES)
    numbers = torch.randn(shape) * draw.choice((1e-6, 1, 100))
    return (numbers.double() / 3 if dtype is torch.float64 else numbers).to(dtype)


def viewed(value: torch.Tensor, draw: random.Random) -> torch.Tensor:
    """The same storage seen otherwise."""
    for _ in range(draw.choice((0, 0, 0, 1, 2))):
        axis = draw.randrange(value.dim()) if value.dim() else 0
        way = draw.randrange(6)
        if way == 0 and value.dim() > 1:
            value = value.transpose(0, axis)
        elif way == 1 and value.dim() and value.shape[axis] > 1:
            value = value.narrow(axis, 1, value.shape[axis] - 1)
        elif way == 2 and value.dim() and value.shape[axis]:
            value = value.select(axis, value.shape[axis] - 1)
        elif way == 3 and value.dim():
            value = value[::2]
        elif way == 4:
            value = value.unsqueeze(0).expand(3, *value.shape)
        elif way == 5 and value.dim() and value.shape[axis]:
            value = value.unfold(axis, 1, 1)
    return value


def state_dict(draw: random.Random) -> "OrderedDict[str, torch.Tensor]":
    made, whole = OrderedDict(), []
    for number in range(draw.randrange(1, 12)):
        if not whole or draw.random() < 0.7:
            whole.append(tensor(draw))
        value = viewed(draw.choice(whole[-3:]), draw)
        parameter = value.is_floating_point() if hasattr(value, "is_floating_point") else False
        made["{}{}.weight".format(draw.choice(("", "module.", "model.", "a.b.")), number)] = (
            torch.nn.Parameter(value) if parameter and draw.random() < 0.3 else value
        )
    return made


def wrapped(weights: object, draw: random.Random) -> object:
    """In what trainers write around it."""
    for _ in range(draw.choice((0, 1, 1, 2, 3))):
        more = {
            "epoch": draw.randrange(99),
            "loss": draw.random(),
            "names": ["a", ("b", None)],
            "flag": True,
            "big": 2**70,
        }
        way = draw.randrange(6)
        key = draw.choice(("state_dict", "model", "net", "ema", "checkpoint"))
        if way == 0:
            weights = dict(more, **{key: weights})
        elif way == 1:
            weights = [3, weights]
        elif way == 2:
            weights = (weights, {"lr": 0.1})
        elif way == 3:
            weights = OrderedDict(
                [(key, weights), ("size", torch.Size([1, 2])), ("device", torch.device("cpu"))]
            )
        elif way == 4:
            weights = {key: weights, "history": [0.5] * 50, "seen": {1: "a", 2: "b"}}
        else:
            weights = dict(more, **{key: weights, "optimizer": optimizer(draw).state_dict()})
    return weights


def optimizer(draw: random.Random) -> torch.optim.Optimizer:
    network = torch.nn.Linear(2, 3)
    made = draw.choice((torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop))(network.parameters(), lr=0.1)
    network(torch.randn(1, 2)).sum().backward()
    made.step()
    return made


def options(draw: random.Random) -> dict:
    chosen = {"pickle_protocol": draw.choice((2, 2, 2, 3, 4))}
    if CURRENT and draw.random() < 0.3:
        chosen["_use_new_zipfile_serialization"] = False
    return chosen


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")
    table = OrderedDict()
    for seed in range(int((sys.argv + ["0"])[3]), int((sys.argv + ["0"])[3]) + count):
        draw = random.Random(seed)
        torch.manual_seed(seed)
        path = folder / "torch-{}.pth".format(seed)
        torch.save(wrapped(state_dict(draw), draw), str(path), **options(draw))
        value, by_trust = loaded(path)
        table[path.name] = {
            "by_trust": by_trust,
            "tensors": {key: described(found) for key, found in tensors_of(value).items()},
        }
    (folder / "torch-random.0.json").write_text(json.dumps(table), encoding="utf-8")


if __name__ == "__main__":
    main()
