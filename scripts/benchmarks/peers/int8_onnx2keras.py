"""int8_onnx2keras.py ONNX_FILE CALIBRATION TFLITE_FILE: onnx2keras, channels-last, and a current TensorFlow's full int8."""
import sys
from pathlib import Path

import numpy as np
import onnx
import tensorflow as tf
from onnx2keras import onnx_to_keras

INPUT = "image_array"


def main(onnx_file: str, calibration: str, tflite_file: str) -> None:
    model = onnx_to_keras(onnx.load(onnx_file), [INPUT], change_ordering=True, name_policy="renumerate", verbose=False)
    model.export(tflite_file + ".saved_model", verbose=False)  # TensorFlow's converter knows no Keras 3
    converter = tf.lite.TFLiteConverter.from_saved_model(tflite_file + ".saved_model")
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [np.load(file)[np.newaxis].transpose(0, 2, 3, 1).copy()] for file in sorted(Path(calibration).iterdir()))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    Path(tflite_file).write_bytes(converter.convert())


main(*sys.argv[1:])
