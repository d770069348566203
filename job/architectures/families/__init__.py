"""One module a family. Importing them all registers every architecture, and costs no PyTorch."""
from job.architectures.families import mobilenetv3, torchvision, torchvision_detection  # noqa: F401
