"""One module a family. Importing them all registers every architecture, and costs no PyTorch."""
from job.architectures.families import (  # noqa: F401
    convnext, efficientnet, ghostnet, mnasnet, mobilenet_v3, mobilenetv1, mobilenetv3, regnet, resnet_variants,
    seresnet, shufflenet, ssdlite, torchvision, torchvision_detection, unet)
