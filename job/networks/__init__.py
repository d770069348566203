"""What is to be converted: a checkpoint's module, or the network that a file is itself."""
from pathlib import Path
from typing import Tuple, Union

from job.networks.module import ModuleNetwork
from job.networks.onnx_file import FileNetwork, is_onnx
from job.onnx_model.graph import Graph
from job.processes.shared_values import Known
from job.settings.settings import Settings

Network = Union[ModuleNetwork, FileNetwork]


def network_of(checkpoint: Path, settings: Settings, known: Known) -> Tuple[Network, Graph]:
    """The network, which answers for itself, and its graph in the canonical opset, before the passes."""
    return FileNetwork.read(checkpoint, settings) if is_onnx(checkpoint) else ModuleNetwork.read(checkpoint, settings, known)


__all__ = ["Network", "is_onnx", "network_of"]
