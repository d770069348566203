"""For --model-code: EfficientNet-Lite0 as its package builds it."""
from efficientnet_lite_pytorch import EfficientNet


def make():
    return EfficientNet.from_name("efficientnet-lite0")
