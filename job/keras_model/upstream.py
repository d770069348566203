"""onnx2keras' converter, whose import would change Keras' image format for the whole process."""
from keras import backend

_image_format = backend.image_data_format()
from onnx2keras import converter as onnx2keras  # noqa: E402

backend.set_image_data_format(_image_format)

__all__ = ["onnx2keras"]
