from .model import ViT, vit_tiny

__all__ = ["ViT", "vit_tiny"]
