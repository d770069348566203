"""A small network in which every planted fault shows: nothing in it is square, equal or saturated."""
import numpy as np
import torch
from torch import nn


class FaultyNetwork(nn.Module):
    """3x12x20 -> 5x12x20 -> 7x6x10 -> 10."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 5, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(5)
        self.six = nn.ReLU6()
        self.body = nn.Conv2d(5, 7, 3, stride=2, padding=1)
        self.relu = nn.ReLU()
        self.head = nn.Linear(7 * 6 * 10, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.six(self.norm(self.stem(x)))
        x = self.relu(self.body(x))
        return self.head(x.view(x.size(0), -1))


def network() -> nn.Module:
    """Weights from a seed; BatchNorm's variances are small, so that its epsilon counts."""
    module, random = FaultyNetwork(), np.random.RandomState(0)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.dtype == torch.float32:
                tensor.copy_(torch.from_numpy(random.standard_normal(tuple(tensor.shape)).astype(np.float32) * 0.1))
        module.norm.running_var.copy_(torch.from_numpy(random.uniform(0.001, 0.003, 5).astype(np.float32)))
        module.norm.weight.copy_(torch.from_numpy(random.uniform(0.2, 0.4, 5).astype(np.float32)))
        module.norm.bias.fill_(4)
    return module.eval()
