"""Changes a .tflite file in place."""
import struct

from job.tensorflow_model.flatbuffer.tables import OFFSET, root_table
from job.tensorflow_model.flatbuffer.tflite_file import BUFFER_DATA, GRAPH_TENSORS, MODEL_BUFFERS, MODEL_SUBGRAPHS, TENSOR_BUFFER


def overwrite_constant(data: bytearray, index: int, content: bytes) -> None:
    """The constant tensor's values, by others of the same size."""
    model = root_table(data)
    buffer = model.element(MODEL_SUBGRAPHS, 0).element(GRAPH_TENSORS, index).number(TENSOR_BUFFER, "I")
    start = model.element(MODEL_BUFFERS, buffer).vector(BUFFER_DATA)
    size, = struct.unpack_from("<I", data, start)
    if size != len(content):
        raise ValueError("{} bytes in place of {}".format(len(content), size))
    data[start + OFFSET:start + OFFSET + size] = content
