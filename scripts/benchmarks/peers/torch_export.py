"""torch_export.py ARCH CHECKPOINT ONNX_FILE: the faster one of a current PyTorch's two exporters."""
import sys

import torch
from network import network_and_input


def main(arch: str, checkpoint: str, onnx_file: str) -> None:
    network, example = network_and_input(arch, checkpoint)
    torch.onnx.export(
        network, (example,), onnx_file, dynamo=False, input_names=["image_array"], output_names=["category"]
    )


main(*sys.argv[1:])
