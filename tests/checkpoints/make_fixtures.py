"""Make the checkpoints in fixtures/: run it once with PyTorch 1.1.0 and once with a current PyTorch.

    python tests/checkpoints/make_fixtures.py

Every number in them is a multiple of 1/8 below 16, exact in half precision and bfloat16, so that
tests/checkpoints/test_formats.py can say what must come out without reading them by PyTorch.
"""
from collections import OrderedDict
from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "fixtures"
CURRENT = not torch.__version__.startswith("1.1.")
PREFIX = "current" if CURRENT else "legacy"


def ramp(*shape: int, dtype: torch.dtype = torch.float32, start: int = 0) -> torch.Tensor:
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(start, start + count).float() / 8).reshape(shape).to(dtype)


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 1)
        self.norm = torch.nn.BatchNorm2d(3)
        self.conv.weight.data = ramp(3, 2, 1, 1)
        self.conv.bias.data = ramp(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


def plain() -> "OrderedDict[str, torch.Tensor]":
    return OrderedDict([("b.weight", ramp(2, 3)), ("a.bias", ramp(3)), ("count", torch.tensor(7))])


def views() -> "OrderedDict[str, torch.Tensor]":
    whole = ramp(4, 6)
    return OrderedDict(
        whole=whole,
        transposed=whole.t(),
        row=whole[2],
        column=whole[:, 1],
        corner=whole[1:3, 2:4],
        expanded=ramp(1, 3).expand(2, 3),
        empty=torch.zeros(0, 3),
        scalar=torch.tensor(1.5),
    )


def types() -> "OrderedDict[str, torch.Tensor]":
    tensors = OrderedDict(
        half=ramp(5, dtype=torch.float16),
        double=ramp(5, dtype=torch.float64),
        long=torch.arange(5),
        int=torch.arange(5).int(),
        short=torch.arange(5).short(),
        char=torch.arange(-2, 3).char(),
        byte=torch.arange(5).byte(),
    )
    if CURRENT:
        tensors.update(bfloat16=ramp(5, dtype=torch.bfloat16), bool=torch.tensor([True, False, True]))
        tensors.update(uint16=torch.arange(5).to(torch.uint16))
    return tensors


def trainer() -> dict:
    """What a training loop keeps: the model wrapped, an EMA copy, the optimizer's state, settings."""
    block = Block()
    optimizer = torch.optim.Adam(block.parameters())
    block(ramp(1, 2, 2, 2)).sum().backward()
    optimizer.step()
    wrapped = OrderedDict(("module." + key, value) for key, value in plain().items())
    averaged = OrderedDict((key, value + 1) for key, value in plain().items())
    return {
        "epoch": 3,
        "best": 0.5,
        "optimizer": optimizer.state_dict(),
        "ema": averaged,
        "state_dict": wrapped,
        "folder": Path("weights"),
    }


def save(name: str, value: object, **options: object) -> None:
    torch.save(value, str(FOLDER / "{}-{}.pth".format(PREFIX, name)), **options)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    save("plain", plain())
    save("views", views())
    save("types", types())
    save("trainer", trainer())
    save("module", Block())
    save("parameters", OrderedDict(weight=torch.nn.Parameter(ramp(2, 2))))
    save("protocol4", plain(), pickle_protocol=4)
    if CURRENT:
        save("old-format", plain(), _use_new_zipfile_serialization=False)
        save("complex", OrderedDict(weight=ramp(2).to(torch.complex64)))
        torch.jit.script(Block()).save(str(FOLDER / "current-script.pt"))
        from safetensors.torch import save_file

        save_file(plain(), str(FOLDER / "plain.safetensors"), metadata={"format": "pt"})
        save_file({key: value for key, value in types().items()}, str(FOLDER / "types.safetensors"))


if __name__ == "__main__":
    main()
