"""The weights are found in whatever is around them; --weights-key picks; wrappers' names are taken off."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from job.architectures.build import build
from job.architectures.load import as_the_module_names_them, load_weights
from job.checkpoint.prefixes import without_prefix
from job.checkpoint.reading import read_checkpoint
from job.errors import BadCheckpoint
from tests.checkpoints.files import dictionary, integer, tensor, text, zipped
from tests.checkpoints.hostile_pickles import pickled_module

GOOD = tensor()


def tree_of(tmp_path: Path, *opcodes: bytes, weights_key: str = None):
    return read_checkpoint(zipped(tmp_path / "model.pth", *opcodes), weights_key)


def in_list(*items: bytes) -> bytes:
    return b"](" + b"".join(items) + b"e"


@pytest.mark.parametrize(
    "wrapped, path",
    [
        (lambda weights: weights, None),
        (lambda weights: dictionary(state_dict=weights), "state_dict"),
        (lambda weights: dictionary(trainer=dictionary(model=dictionary(net=weights))), "trainer.model.net"),
        (lambda weights: in_list(integer(3), weights), "1"),
        (lambda weights: b"(" + integer(3) + weights + b"t", "1"),
        (lambda weights: dictionary(models=in_list(weights)), "models.0"),
        (lambda weights: dictionary(net=pickled_module(weights)), "net"),
        (lambda weights: dictionary(optimizer=weights, model=weights), "model"),
        (lambda weights: dictionary(opt=dictionary(a=GOOD, b=GOOD), net_g=weights), "net_g"),
        (lambda weights: dictionary(loss=dictionary(a=GOOD), G=weights), "G"),
        (lambda weights: dictionary(lr_scheduler=dictionary(a=GOOD), best=weights), "best"),
        (
            lambda weights: dictionary(model_ema=dictionary(a=GOOD, b=GOOD, c=GOOD), anything=weights),
            "anything",
        ),
        (lambda weights: dictionary(EMA=dictionary(a=GOOD, b=GOOD, c=GOOD), MODEL=weights), "MODEL"),
    ],
)
def test_any_nesting(tmp_path, wrapped, path):
    checkpoint = tree_of(tmp_path, wrapped(dictionary(a=GOOD, b=GOOD)))
    assert list(checkpoint.tensors) == ["a", "b"]
    assert ("the weights are those under {}".format(path) in checkpoint.notes) == (path is not None)


def test_what_is_no_weight_is_listed(tmp_path):
    notes = tree_of(
        tmp_path, dictionary(epoch=integer(1), state_dict=dictionary(a=GOOD, n=integer(3)), lr=text("x"))
    ).notes
    assert notes == (
        "the weights are those under state_dict",
        "1 entries of the state dict are no tensors: n",
        "ignored beside the weights: epoch, lr",
    )


TWO = dictionary(
    model=dictionary(a=GOOD),
    ema=dictionary(a=GOOD, b=GOOD),
    optimizer=dictionary(c=GOOD),
    nets=dictionary(x=dictionary(d=GOOD)),
)
FLAT = dictionary(**{"g.a": GOOD, "g.b.c": GOOD, "d.a": GOOD})


@pytest.mark.parametrize(
    "tree, key, found",
    [
        (TWO, "model", ["a"]),
        (TWO, "ema", ["a", "b"]),
        (TWO, "optimizer", ["c"]),
        (TWO, "nets.x", ["d"]),
        (FLAT, ".", ["g.a", "g.b.c", "d.a"]),
        (FLAT, "g", ["a", "b.c"]),
        (FLAT, "g.b", ["c"]),
        (FLAT, "d", ["a"]),
        (dictionary(state_dict=FLAT), "state_dict.g", ["a", "b.c"]),
        (in_list(dictionary(a=GOOD), dictionary(b=GOOD)), "1", ["b"]),
    ],
)
def test_a_key_picks(tmp_path, tree, key, found):
    checkpoint = tree_of(tmp_path, tree, weights_key=key)
    assert list(checkpoint.tensors) == found


def test_a_key_that_is_not_there_lists_those_that_are(tmp_path):
    with pytest.raises(BadCheckpoint, match="no weights under 'modle'") as caught:
        tree_of(tmp_path, TWO, weights_key="modle")
    assert caught.value.hint == "--weights-key is one of model, optimizer, nets.x, ema"


def test_a_key_where_there_is_one_set_only(tmp_path):
    with pytest.raises(BadCheckpoint, match="no weights under 'ema'") as caught:
        tree_of(tmp_path, dictionary(a=GOOD), weights_key="ema")
    assert caught.value.hint == "--weights-key is one of . (all of it)"


def test_several_sets_of_weights_say_how_to_pick(tmp_path):
    with pytest.raises(BadCheckpoint, match="several sets of weights: generator, discriminator") as caught:
        tree_of(tmp_path, dictionary(generator=dictionary(a=GOOD), discriminator=dictionary(b=GOOD)))
    assert caught.value.hint == "pick one of them: --weights-key=generator"


@pytest.mark.parametrize(
    "keys, prefix, own, left_out",
    [
        (["module.a", "module.b"], "module.", ["a", "b"], []),
        (["model.module._orig_mod.a"], "model.module._orig_mod.", ["a"], []),
        (["net.a", "net.b"], "net.", ["a", "b"], []),
        (["layer._orig_mod.a", "b"], "", ["layer.a", "b"], []),
        (["layer._orig_mod.a", "layer.a"], "", ["layer._orig_mod.a", "layer.a"], []),
        (
            ["model.a", "criterion.weight", "val_metric.total"],
            "model.",
            ["a"],
            ["criterion.weight", "val_metric.total"],
        ),
        (
            ["model.a", "ema_model.a", "model_ema.module.a"],
            "model.",
            ["a"],
            ["ema_model.a", "model_ema.module.a"],
        ),
        (
            ["model.a", "train_acc.correct", "val_f1.tp"],
            "model.",
            ["a"],
            ["train_acc.correct", "val_f1.tp"],
        ),
        (["train_a.b", "c"], "", ["train_a.b", "c"], []),
        (["net.a", "total_ops", "net.b.total_params"], "net.", ["a"], ["total_ops", "net.b.total_params"]),
        (["n_averaged", "module.a"], "module.", ["a"], ["n_averaged"]),
        (
            ["initted", "step", "online_model.a", "ema_model.a"],
            "online_model.",
            ["a"],
            ["initted", "step", "ema_model.a"],
        ),
        (["model.a", "head.b"], "", ["model.a", "head.b"], []),
        (["a.loss.b", "c"], "", ["a.loss.b", "c"], []),
        (["loss.a", "criterion.b"], "", ["loss.a", "criterion.b"], []),
    ],
)
def test_prefixes(keys, prefix, own, left_out):
    stripped = without_prefix(OrderedDict((key, number) for number, key in enumerate(keys)))
    assert (stripped.prefix, list(stripped.tensors), sorted(stripped.left_out)) == (
        prefix,
        own,
        sorted(left_out),
    )
    assert all(keys[number].endswith(key.split(".")[-1]) for key, number in stripped.tensors.items())


class Wrapping(torch.nn.Module):
    """A network whose own names are those that wrappers use."""

    def __init__(self) -> None:
        super().__init__()
        self.model = torch.nn.Linear(2, 2)
        self.loss = torch.nn.Linear(2, 1)


def test_names_that_are_the_networks_own_are_kept(tmp_path):
    path = tmp_path / "model.pth"
    network = Wrapping()
    torch.save(network.state_dict(), str(path))
    checkpoint = read_checkpoint(path)
    assert list(checkpoint.tensors) == ["weight", "bias"] and checkpoint.namings[0].left_out == (
        "loss.weight",
        "loss.bias",
    )
    tensors, notes = as_the_module_names_them(Wrapping(), checkpoint)
    assert list(tensors) == list(network.state_dict()) and notes == ()
    plain, notes = as_the_module_names_them(torch.nn.Linear(2, 2), checkpoint)
    assert list(plain) == ["weight", "bias"] and len(notes) == 2


def test_a_part_in_dataparallel_is_renamed_where_the_network_has_no_such_name():
    network = build("alexnet", {"num_classes": 2})
    tensors = {
        key: np.random.RandomState(0).randn(*value.shape).astype(np.float32) if value.dim() else value.numpy()
        for key, value in network.state_dict().items()
    }
    wrapped = {key.replace("features.", "features.module."): value for key, value in tensors.items()}
    assert wrapped.keys() != tensors.keys()
    notes = load_weights(network, wrapped)
    assert notes == ("10 keys have an older or another name and were renamed",)
    np.testing.assert_array_equal(
        network.state_dict()["features.0.weight"].numpy(), tensors["features.0.weight"]
    )


def test_many_wrong_keys_are_named_quickly_and_no_more_than_a_thousand():
    network = build("alexnet", {})
    tensors = {"{}.{}".format(number, "x" * 50): np.zeros(4096, np.float32) for number in range(20000)}
    with pytest.raises(BadCheckpoint) as caught:
        load_weights(network, tensors)
    lines = caught.value.message.splitlines()
    assert len(lines) == 1002 and lines[-1] == "  and 19016 more"
    assert sum("missing" in line for line in lines) == 16
