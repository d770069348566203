"""Constants behind a PAD of nothing, which hides them from toco (see job.tensorflow_model.toco_guards), are read where they are.

    before: k -> PAD of nothing -> k' -> MUL -> y
    after:  k -> MUL -> y
"""
from job.tensorflow_model.flatbuffer.tflite_file import TFLiteFile


def without_padded_constants(file: TFLiteFile) -> TFLiteFile:
    """The same network. Tensors keep their indices."""
    gone = {operator.outputs[0]: operator.inputs[0] for operator in file.operators
            if operator.name == "PAD" and len(file.tensors[operator.inputs[0]].content)
            and file.tensors[operator.inputs[0]].shape == file.tensors[operator.outputs[0]].shape
            and operator.outputs[0] not in file.outputs}
    return file._replace(operators=tuple(
        each._replace(inputs=tuple(gone.get(index, index) for index in each.inputs))
        for each in file.operators if each.outputs[0] not in gone))
