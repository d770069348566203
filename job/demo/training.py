"""Trains the demo's network; runs in a process of its own that has PyTorch."""
import os
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from job.demo.digits import held_out_pictures, share_right, training_pictures
from job.demo.model import digits_net

_SEED = 7
_EPOCHS = 10
_BATCH = 64
_RATE = 0.02


class Trainer:
    """An actor for job.processes.actors.side_with()."""

    def train(self, checkpoint: Path) -> float:
        """Trains with a fixed seed and saves the state dict; returns the share of held-out pictures told right."""
        torch.set_num_threads(1)
        torch.manual_seed(_SEED)
        network = digits_net()
        _fit(network)
        draft = str(checkpoint) + ".part"
        torch.save(network.state_dict(), draft)
        os.replace(draft, str(checkpoint))
        pictures = held_out_pictures()
        with torch.no_grad():
            scores = network.eval()(torch.from_numpy(pictures.images))
        return share_right(scores.numpy(), pictures.labels)

    def write_calibration(self, folder: Path, count: int) -> None:
        """So many of the training pictures, a file for each."""
        folder.mkdir(exist_ok=True)
        for number, image in enumerate(training_pictures().images[:count]):
            np.save(str(folder / "{:03}.npy".format(number)), image)


def _fit(network: torch.nn.Module) -> None:
    images, labels = map(torch.from_numpy, training_pictures())
    batches = len(images) // _BATCH
    optimizer = torch.optim.Adam(network.parameters(), lr=_RATE)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / (_EPOCHS * batches))
    network.train()
    for _ in range(_EPOCHS):
        for picked in torch.randperm(len(images))[:batches * _BATCH].split(_BATCH):
            optimizer.zero_grad()
            functional.cross_entropy(network(images[picked]), labels[picked]).backward()
            optimizer.step()
            rate.step()
