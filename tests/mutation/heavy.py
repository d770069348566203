"""What takes long to import, imported once for all children."""
import os
import warnings


def import_heavy_packages() -> None:
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", OMP_NUM_THREADS="1", KERAS_BACKEND="tensorflow")
    warnings.simplefilter("ignore")
    import keras  # noqa: F401
    import onnx  # noqa: F401
    import onnxruntime  # noqa: F401
    import tensorflow.lite.python.lite  # noqa: F401
    import torch.onnx.symbolic  # noqa: F401
    import torchvision  # noqa: F401
    from tensorflow.lite.python import convert  # noqa: F401
