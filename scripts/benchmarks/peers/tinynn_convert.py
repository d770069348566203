"""tinynn_convert.py ARCH CHECKPOINT TFLITE_FILE: TinyNeuralNetwork's converter, as its example uses it."""
import sys

from network import network_and_input
from tinynn.converter import TFLiteConverter


def main(arch: str, checkpoint: str, tflite_file: str) -> None:
    network, example = network_and_input(arch, checkpoint)
    TFLiteConverter(network, example, tflite_file).convert()


main(*sys.argv[1:])
