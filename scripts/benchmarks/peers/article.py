"""article.py ARCH CHECKPOINT FOLDER: the chain of the article this project grew out of, as written."""
import sys
from pathlib import Path

import keras.backend
import numpy
import onnx
import tensorflow
import torch
import torchvision
from onnx2keras import onnx_to_keras


def main(arch: str, checkpoint: str, folder: str) -> None:
    onnx_file = str(Path(folder, "model.onnx"))
    saved_model = str(Path(folder, "saved_model"))
    network = getattr(torchvision.models, arch)()
    network.load_state_dict(torch.load(checkpoint))
    network.eval()
    example = torch.from_numpy(numpy.random.rand(1, 3, 224, 224).astype(numpy.float32))
    torch.onnx.export(
        network, example, onnx_file, input_names=["image_array"], output_names=["category"]
    )
    onnx_model = onnx.load(onnx_file)
    keras_model = onnx_to_keras(onnx_model, ["image_array"], change_ordering=True, verbose=False)
    tensorflow.saved_model.simple_save(
        keras.backend.get_session(),
        saved_model,
        inputs={"image_array": keras_model.input},
        outputs={"category": keras_model.output},
    )
    converter = tensorflow.lite.TFLiteConverter.from_saved_model(saved_model)
    Path(folder, "model.float32.tflite").write_bytes(converter.convert())


main(*sys.argv[1:])
