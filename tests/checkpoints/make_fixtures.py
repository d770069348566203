"""Makes the checkpoints in fixtures/: run it once with PyTorch 1.1.0 and once with a current PyTorch.

    python tests/checkpoints/make_fixtures.py [FOLDER]

Beside the files goes a table, torch-VERSION.json, of what PyTorch itself reads in each: key, dtype, shape and
the SHA-256 of the numbers, floating ones as float32. A current PyTorch reads with weights_only=True; what it
refuses so and reads otherwise is marked "by_trust". Numbers are multiples of 1/8 below 16, exact in half precision
and bfloat16.
"""

import hashlib
import inspect
import json
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "fixtures"
VERSION = torch.__version__.split("+")[0]
CURRENT = not VERSION.startswith("1.1.")


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


def prefixed(prefix: str) -> "OrderedDict[str, torch.Tensor]":
    return OrderedDict((prefix + key, value) for key, value in plain().items())


def views() -> "OrderedDict[str, torch.Tensor]":
    whole = ramp(4, 6)
    return OrderedDict(
        whole=whole,
        transposed=whole.t(),
        row=whole[2],
        column=whole[:, 1],
        corner=whole[1:3, 2:4],
        expanded=ramp(1, 3).expand(2, 3),
        half=ramp(4, 6, dtype=torch.float16)[1:3, ::2],
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


def trained() -> tuple:
    block = Block()
    optimizer = torch.optim.Adam(block.parameters())
    block(ramp(1, 2, 2, 2)).sum().backward()
    optimizer.step()
    return block, optimizer


def trainer() -> dict:
    """What a training loop keeps: the model wrapped, an EMA copy, the optimizer's state, settings."""
    return {
        "epoch": 3,
        "best": 0.5,
        "optimizer": trained()[1].state_dict(),
        "ema": OrderedDict((key, value + 1) for key, value in plain().items()),
        "state_dict": prefixed("module."),
        "folder": Path("weights"),
    }


def lightning() -> dict:
    """The keys that a Lightning trainer writes; the network is the attribute `model` of its module."""
    weights = prefixed("model.")
    weights["criterion.weight"] = ramp(2)
    return {
        "epoch": 1,
        "global_step": 10,
        "pytorch-lightning_version": "2.5.0",
        "state_dict": weights,
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 1}}}},
        "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.5), "best_k_models": {}}},
        "optimizer_states": [trained()[1].state_dict()],
        "lr_schedulers": [{"step_size": 1, "_last_lr": [0.1]}],
        "hparams_name": "kwargs",
        "hyper_parameters": {"lr": 0.1, "layers": [1, 2]},
    }


def both(**more: object) -> dict:
    """A network, and its averaged copy as a whole module."""
    return dict({"model": Block(), "ema": Block().half(), "updates": 3}, **more)


def shared() -> "OrderedDict[str, torch.Tensor]":
    tied = torch.nn.Parameter(ramp(3, 4))
    return OrderedDict([("encoder.weight", tied), ("decoder.weight", tied), ("part", tied.detach()[1:])])


def save(name: str, value: object, **options: object) -> None:
    torch.save(value, str(FOLDER / "torch-{}-{}.pth".format(VERSION, name)), **options)


def of_every_version() -> None:
    save("plain", plain())
    save("views", views())
    save("types", types())
    save("trainer", trainer())
    save("lightning", lightning())
    save("module", Block())
    save("data-parallel", torch.nn.DataParallel(Block()))
    save("both", both())
    save("parameters", OrderedDict(weight=torch.nn.Parameter(ramp(2, 2))))
    save("shared", shared())
    save("list", [3, plain()])
    save("numpy", {"state_dict": OrderedDict((key, value.numpy()) for key, value in plain().items())})
    for protocol in (1, 3, 4):
        save("protocol{}".format(protocol), plain(), pickle_protocol=protocol)
    script = torch.jit.trace(Block().eval(), ramp(1, 2, 2, 2))
    script.save(str(FOLDER / "torch-{}-script.pt".format(VERSION)))


def of_the_current_version() -> None:
    old = OrderedDict(
        (key, value) for key, value in types().items() if key != "uint16"
    )  # of which it reads none back
    save("old-format", old, _use_new_zipfile_serialization=False)
    save("old-format-views", views(), _use_new_zipfile_serialization=False)
    save("protocol5", plain(), pickle_protocol=5)
    save("compiled", torch.compile(Block()).state_dict())
    save("averaged", torch.optim.swa_utils.AveragedModel(Block()).state_dict())
    save("buffers", with_buffers())
    save("subclass", OrderedDict(weight=with_attribute(), other=ramp(2)))
    save(
        "uint64",
        OrderedDict(weight=ramp(2), a=torch.arange(3).to(torch.uint32), b=torch.arange(3).to(torch.uint64)),
    )
    save("numpy-scalars", {"best": np.float64(0.5), "seen": np.int64(3), "model": plain()})
    for name, value in refused().items():
        save("refused-" + name, OrderedDict(weight=value, other=ramp(2)))
    torch.serialization.set_crc32_options(False)
    save("no-checksums", plain())
    torch.serialization.set_crc32_options(True)
    torch.jit.script(Block()).save(str(FOLDER / "torch-{}-script-compiled.pt".format(VERSION)))
    of_other_formats()


def refused() -> dict:
    return {
        "complex": ramp(2).to(torch.complex64),
        "sparse": ramp(2, 2).to_sparse(),
        "quantized": torch.quantize_per_tensor(ramp(3), 0.1, 0, torch.qint8),
        "float8": ramp(3).to(torch.float8_e4m3fn),
        "negated": torch.complex(ramp(2), ramp(2)).conj().imag,
    }


def with_buffers() -> torch.nn.Module:
    block = Block()
    block.register_buffer("kept", ramp(2))
    block.register_buffer("unsaved", ramp(2), persistent=False)
    return block


def with_attribute() -> torch.nn.Parameter:
    weight = torch.nn.Parameter(ramp(2, 2))
    weight.note = "kept"
    return weight


def of_other_formats() -> None:
    from safetensors.torch import save_file

    start = "torch-{}-".format(VERSION)
    save_file(plain(), str(FOLDER / (start + "plain.safetensors")), metadata={"format": "pt"})
    save_file(types(), str(FOLDER / (start + "types.safetensors")))
    for ending, write in (("safetensors", save_file), ("bin", torch.save)):
        shards, weight_map = {1: ("b.weight",), 2: ("a.bias", "count")}, {}
        for number, keys in shards.items():
            name = "{}sharded-{:05}-of-00002.{}".format(start, number, ending)
            write({key: plain()[key] for key in keys}, str(FOLDER / name))
            weight_map.update((key, name) for key in keys)
        index = {"metadata": {"total_size": 44}, "weight_map": weight_map}
        (FOLDER / "{}sharded.{}.index.json".format(start, ending)).write_text(json.dumps(index, indent=2))
    arrays = {key: value.numpy() for key, value in plain().items()}
    arrays.update(
        fortran=np.asfortranarray(arrays["b.weight"]),
        big=arrays["a.bias"].astype(">f4"),
        half=arrays["a.bias"].astype("f2"),
    )
    np.savez(str(FOLDER / (start + "arrays.npz")), **arrays)
    np.savez_compressed(str(FOLDER / (start + "packed.npz")), **arrays)


def tensors_of(value: object) -> dict:
    """All tensors of what was loaded, by the keys on the way; modules as their state dicts."""
    if isinstance(value, torch.nn.Module):
        value = value.state_dict()
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return {"": value}
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, (list, tuple)) else ()
    )
    return {
        "{}\n{}".format(key, inner).rstrip("\n"): tensor
        for key, item in items
        for inner, tensor in tensors_of(item).items()
    }


def described(tensor: object) -> list:
    if isinstance(tensor, torch.Tensor):
        kind = str(tensor.dtype).split(".")[-1]
        tensor = (tensor.detach().float() if tensor.dtype.is_floating_point else tensor).contiguous().numpy()
    else:
        kind = tensor.dtype.name
    array = (
        tensor.astype("<f4") if tensor.dtype.kind == "f" else tensor.astype(tensor.dtype.newbyteorder("<"))
    )
    return [kind, list(array.shape), hashlib.sha256(array.tobytes()).hexdigest()]


def loaded(path: Path) -> tuple:
    """What PyTorch reads in a file, and whether it had to be trusted for that."""
    if not CURRENT:
        return torch.load(str(path)), False
    try:
        return torch.load(str(path), weights_only=True), False
    except Exception:  # whatever it refuses
        return torch.load(str(path), weights_only=False), True


def without_folders() -> None:
    """PyTorch 1.1 keeps the source of each class and where it lies: its name is enough."""
    torch.serialization.inspect = SimpleNamespace(
        getsource=inspect.getsource, getsourcefile=lambda kind: Path(inspect.getsourcefile(kind)).name
    )


def without_debugging(path: Path) -> None:
    """A TorchScript archive less its tables of source files, which name folders of the machine that made it."""
    with zipfile.ZipFile(str(path)) as archive:
        entries = [(info.filename, archive.read(info.filename)) for info in archive.infolist()]
    with zipfile.ZipFile(str(path), "w") as archive:
        for name, data in entries:
            if not name.endswith(".debug_pkl"):
                archive.writestr(zipfile.ZipInfo(name), data)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    if not CURRENT:
        without_folders()
    of_every_version()
    if CURRENT:
        of_the_current_version()
    for path in FOLDER.glob("torch-{}-script*.pt".format(VERSION)):
        without_debugging(path)
    table = {}
    for path in sorted(FOLDER.glob("torch-{}-*.pth".format(VERSION))):
        if "-refused-" not in path.name:
            value, by_trust = loaded(path)
            tensors = {key: described(tensor) for key, tensor in tensors_of(value).items()}
            table[path.name] = {"by_trust": by_trust, "tensors": tensors}
    text = json.dumps(table, indent=1, sort_keys=True)
    (FOLDER / "torch-{}.json".format(VERSION)).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
