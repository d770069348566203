"""int8_litert_torch.py ARCH CHECKPOINT CALIBRATION TFLITE_FILE RECIPE: litert-torch's full int8, with float ends.

RECIPE is `pt2e`, its own quantizer, or `static_wi8_ai8`, that of ai-edge-quantizer, which its documentation sends on to.
"""
import sys
from pathlib import Path
from typing import Iterator

import litert_torch
import numpy as np
import torch
from ai_edge_quantizer import quantizer, recipe
from ai_edge_quantizer.algorithm_manager import AlgorithmName
from litert_torch.quantize.pt2e_quantizer import PT2EQuantizer, get_symmetric_quantization_config
from litert_torch.quantize.quant_config import QuantConfig
from network import network_and_input
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

CHANNELS_LAST = (0, 2, 3, 1)
INPUT = "args_0"  # what litert-torch calls it


def _samples(calibration: str) -> Iterator[np.ndarray]:
    files = sorted(Path(calibration).iterdir())
    return (np.ascontiguousarray(np.load(file)[np.newaxis].transpose(CHANNELS_LAST)) for file in files)


def _by_pt2e(module: torch.nn.Module, example: torch.Tensor, calibration: str, file: str) -> None:
    pt2e = PT2EQuantizer().set_global(get_symmetric_quantization_config(is_per_channel=True, is_dynamic=False))
    prepared = prepare_pt2e(torch.export.export(module, (example,)).module(), pt2e)
    for sample in _samples(calibration):
        prepared(torch.from_numpy(sample))
    quantised = convert_pt2e(prepared, fold_quantize=False)
    litert_torch.convert(quantised, (example,), quant_config=QuantConfig(pt2e_quantizer=pt2e)).export(file)


def _by_recipe(module: torch.nn.Module, example: torch.Tensor, calibration: str, file: str) -> None:
    litert_torch.convert(module, (example,)).export(file)
    static = quantizer.Quantizer(file, recipe.static_wi8_ai8())
    for end in ("INPUT", "OUTPUT"):
        static.update_quantization_recipe(".*", end, algorithm_key=AlgorithmName.NO_QUANTIZE)
    calibrated = static.calibrate({"serving_default": [{INPUT: sample} for sample in _samples(calibration)]})
    static.quantize(calibrated).export_model(file, overwrite=True)


def main(arch: str, checkpoint: str, calibration: str, tflite_file: str, by: str) -> None:
    module, example = network_and_input(arch, checkpoint)
    channels_last = litert_torch.to_channel_last_io(module, args=[0])
    with torch.no_grad():
        way = {"pt2e": _by_pt2e, "static_wi8_ai8": _by_recipe}[by]
        way(channels_last, example.permute(CHANNELS_LAST), calibration, tflite_file)


main(*sys.argv[1:])
