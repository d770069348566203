"""A batch of networks that are nearly alike: what is known of one reaches no other. Bytes and failures are as of each alone."""
import json
import random

import numpy as np
import onnx
import pytest
import torch
import yaml
from onnx import helper

from tests.models import seeded_module
from tests.onnx_backend.small_models import model
from tests.running import run_job

MODES = (["dynamic"], ["float16"], ["int8", "int8-io"], "none")
STEP = 2.0 ** -20  # what the weights that stand in for others differ by: see job.tensorflow_model.stand_ins


def of_zeros(weights):
    return weights * 0


def of_negative_zeros(weights):
    return weights * np.float32(-0.0)


def of_one_number(weights):
    return weights * 0 + np.float32(1 + STEP * 3)


def with_nan(weights):
    return np.where(np.arange(weights.size).reshape(weights.shape) == 1, np.float32("nan"), weights)


SPOILED = (None, None, None, of_zeros, of_negative_zeros, of_one_number, with_nan)


def small_network(draw):
    """Two convolutions; all but the drawn weight, slope and bound are those of every other."""
    numbers = np.random.RandomState(draw.randrange(2))
    weights = {name: numbers.randn(*shape).astype(np.float32) * np.float32(0.3) for name, shape in (
        ("k", (4, 3, 3, 3)), ("b", (4,)), ("l", (4, 4, 3, 3)), ("c", (4,)), ("g", (1, 4, 1, 1)))}
    spoil, name = draw.choice(SPOILED), draw.choice("kblc")
    weights[name] = spoil(weights[name]) if spoil else weights[name]
    if draw.random() < 0.3:
        weights["c"] = weights["b"].copy()
    window = {"kernel_shape": [3, 3], "pads": [1] * 4}
    nodes = [helper.make_node("Conv", ["x", "k", "b"], ["m"], **window),
             helper.make_node("Clip", ["m"], ["n"], min=0.0, max=draw.choice([6.0, 3.0])),
             helper.make_node("Mul", ["n", "g"], ["o"]), helper.make_node("Tanh", ["o"], ["p"]),
             helper.make_node("Conv", ["p", "l", "c"], ["q"], **window),
             helper.make_node("LeakyRelu", ["q"], ["y"], alpha=draw.choice([0.1, 0.2]))]
    return model(nodes, {"x": (draw.choice([1, 2]), 3, 8, 10)}, ["y"], weights=weights)


def known_network(draw):
    """Of the registry, so that one trace serves them all; with the kernels of two layers equal or swapped, at times."""
    classes, seed = draw.choice([5, 7]), draw.randrange(2)
    state = seeded_module("squeezenet1_1", seed, (1, 3, 64, 96), num_classes=classes).state_dict()
    one, other = ("features.{}.expand3x3.weight".format(layer) for layer in (3, 4))
    change = draw.choice(["none", "equal", "swapped", "half", "zero bias"])
    if change in ("equal", "swapped"):
        state[one], state[other] = state[other], state[other if change == "equal" else one]
    if change == "zero bias":
        state["features.3.squeeze.bias"].zero_()
    return {key: value.half() for key, value in state.items()} if change == "half" else state


def put(folder, name, draw):
    side = {"quantize": draw.choice(MODES)}
    if draw.random() < 0.3:
        side["output_names"] = draw.choice(["kind", "other"])
    if draw.random() < 0.6:
        onnx.save(small_network(draw), str(folder / (name + ".onnx")))
    else:
        side["input_shape"] = draw.choice([[1, 3, 64, 96], [1, 3, 96, 64], [2, 3, 64, 96]])
        torch.save(known_network(draw), str(folder / (name + ".pth")))
    (folder / (name + ".yaml")).write_text(yaml.safe_dump(side))


def came_of(out, name):
    """What a run left of a checkpoint: its row, the digests of what it published, and of a failure its report."""
    rows = json.loads((out / "summary.json").read_text())["checkpoints"]
    files = [out / name / "SHA256SUMS", out / ".failed" / name / "parity.json"]
    return [row for row in rows if row["name"] == name], [file.read_bytes() if file.exists() else None for file in files]


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_each_is_as_it_is_alone_in_whatever_company(seed, tmp_path):
    folder, draw = tmp_path / "in", random.Random(seed)
    folder.mkdir()
    names = ["{:03x}".format(number) for number in draw.sample(range(4096), 8)]  # their order is that of the batch
    for name in names:
        put(folder, name, draw)
    alone = {}
    for file in folder.iterdir():
        if file.suffix != ".yaml":
            run_job("convert", file, "--input-dir={}".format(folder), "--output-dir={}".format(tmp_path / "alone"))
            alone[file.stem] = came_of(tmp_path / "alone", file.stem)
    for workers in ("1", "2"):
        run_job("convert", "--input-dir={}".format(folder), "--output-dir={}".format(tmp_path / workers), "--workers=" + workers)
        assert {name: came_of(tmp_path / workers, name) for name in names} == alone
    assert sum(row["exit_code"] == 0 for (row,), _ in alone.values()) > 3
    assert not [row for (row,), _ in alone.values() if row["exit_code"] not in (0, 6)]
