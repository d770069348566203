"""One module a family. Importing them all registers every architecture, and costs no PyTorch.

They are listed as their families come in the command `architectures`.
"""
from job.architectures.families import (  # noqa: F401
    convnext, efficientnet, ghostnet, mnasnet, mobilenetv3_torchvision, mobilenetv1, mobilenetv3, regnet,
    resnet_variants, seresnet, shufflenet, ssdlite, torchvision, torchvision_detection, unet)
