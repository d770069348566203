"""One module a family. Importing them all registers every architecture, and costs no PyTorch."""
from job.architectures.families import (  # noqa: F401
    efficientnet, mnasnet, mobilenet_v3, mobilenetv1, mobilenetv3, torchvision, torchvision_detection, unet)
