"""Networks as users write them, each by the real command and without an edit."""
from pathlib import Path
from typing import NamedTuple, Tuple

import pytest
import torch

from job.user_code.factory import build_from_code
from tests.model_code.by_command import convert

NETWORKS = Path(__file__).resolve().parent / "networks"


class Network(NamedTuple):
    code: str
    shape: str
    outputs: Tuple[str, ...] = ("category",)
    any_batch: bool = True


ALL = (
    Network("unet.py:UNet", "1,3,22,36"),
    Network("se_resnet.py:se_resnet", "2,3,37,45"),
    Network("vit:vit_tiny", "1,3,24,32", any_batch=False),  # its class token is repeated for the batch of the trace
    Network("detector.py:Detector", "images:1,3,32,48", ("boxes", "scores", "features.0", "features.1")),
    Network("audio.py:AudioNet", "1,1,400"),
    Network("two_tower.py:TwoTower", "image:1,3,17,22;query:1,12", ("category", "category_1", "category_2")),
    Network("autoencoder.py:AutoEncoder", "1,3,24,16", ("category", "category_1")),
    Network("text_line.py:TextLine", "1,1,16,40", any_batch=False),
    Network("super_resolution.py:SuperResolution", "1,3,9,14"),
    Network("point_cloud.py:PointNet", "1,20,3"),
)


@pytest.mark.parametrize("network", ALL, ids=lambda network: network.code)
def test_a_users_network(tmp_path, network):
    (tmp_path / "code").symlink_to(NETWORKS)
    file, _, factory = network.code.rpartition(":")
    done = convert(tmp_path, "code/" + network.code, network.shape, state=seeded(build_from_code(
        NETWORKS / file, factory, {})))
    assert done.code == 0, done.said
    interface = done.interface()
    assert tuple(output["name"] for output in interface["outputs"]) == network.outputs
    batch = interface["files"]["saved_model/1"]["batch"]
    assert (batch["size"] == "any") == network.any_batch, batch


def seeded(module: torch.nn.Module):
    """Weights of a seed, every BatchNorm's statistics its own."""
    torch.manual_seed(0)
    state = module.state_dict()
    for name, tensor in state.items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        elif name.endswith("running_mean") or (tensor.dim() == 1 and name.endswith("bias")):
            tensor.normal_(0, 0.3)
    return state
