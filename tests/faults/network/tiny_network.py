"""The smallest network that is worth converting: what takes time in a run of it is the job."""
import torch
from torch import nn


def tiny_network(megabytes: int = 0) -> nn.Module:
    """[N, 6] -> [N, 3]; its making takes so much memory for a moment."""
    b"x" * (megabytes << 20)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))


def write_tiny_checkpoint(path, seed: int) -> None:
    torch.manual_seed(seed)
    network = tiny_network()
    for parameter in network.parameters():
        nn.init.normal_(parameter)
    torch.save(network.state_dict(), str(path))
