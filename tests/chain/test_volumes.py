"""Inputs of five axes through the whole job: published as PyTorch has them, for any batch."""
import numpy as np
import pytest
import torch

from tests.chain.volume_networks import TinyC3D, TinyUNet3D
from tests.published import convert
from tests.running import CHECKOUT

CODE = CHECKOUT / "tests" / "chain" / "volume_networks.py"
NETWORKS = ((TinyC3D, (2, 3, 8, 16, 20)), (TinyUNet3D, (1, 2, 4, 6, 8)))
MOST_OPERATORS = {TinyC3D: 39, TinyUNet3D: 66}


def seeded(make):
    """Weights of a seed, every norm's parameters and statistics its own."""
    torch.manual_seed(0)
    network = make().eval()
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif name.endswith("running_mean") or name.endswith("bias"):
            tensor.normal_(0, 0.3)
    return network


@pytest.mark.parametrize("make, shape", NETWORKS, ids=[make.__name__ for make, _ in NETWORKS])
def test_converts_whole_and_right(make, shape, tmp_path):
    network = seeded(make)
    torch.save(network.state_dict(), str(tmp_path / "net.pth"))
    published = convert(tmp_path / "net.pth", tmp_path / "out", "--model-code={}:{}".format(CODE, make.__name__),
                        "--input-shape=" + ",".join(map(str, shape)))
    assert published.parity["verdict"] == "passed"
    assert published.modes == ["saved_model", "float32", "dynamic"]

    fed, = published.interface["inputs"]
    assert (fed["shape"], fed["permutation"]) == (list(shape), [0, 1, 2, 3, 4])
    assert published.file("saved_model")[1]["batch"] == {"size": "any", "reason": None}
    assert published.file("float32")[1]["nodes"] <= MOST_OPERATORS[make]

    clips = np.random.RandomState(0).randn(3, *shape[1:]).astype(np.float32)
    for mode, batch in (("saved_model", 3), ("float32", shape[0])):
        with torch.no_grad():
            expected = network(torch.from_numpy(clips[:batch])).numpy()
        answer = published.answer(mode, clips[:batch])
        assert answer.shape == expected.shape
        assert np.abs(answer - expected).max() <= 1e-5 * np.ptp(expected)
