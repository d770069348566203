"""int8_tensorflow.py SAVED_MODEL CALIBRATION TFLITE_FILE: a current TensorFlow's full int8, with float ends."""
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

INPUT = "image_array"  # what the job calls it


def main(saved_model: str, calibration: str, tflite_file: str) -> None:
    converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        {INPUT: np.load(file)[np.newaxis].transpose(0, 2, 3, 1).copy()} for file in sorted(Path(calibration).iterdir()))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    Path(tflite_file).write_bytes(converter.convert())


main(*sys.argv[1:])
