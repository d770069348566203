"""int8_judge.py FOLDER FLOAT32 FILE...: how near each file's answers are to PyTorch's, and how long one takes (one thread).

FOLDER has probes.npy and reference.npy. Prints JSON: figures by file. Times are taken in turns with the float32 file's.
"""
import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
from ai_edge_litert.interpreter import Interpreter

ROUNDS = 30


class Run:
    def __init__(self, file: str) -> None:
        self._interpreter = Interpreter(file, num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,), (self._output,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()

    def answer(self, probe: np.ndarray) -> np.ndarray:
        self._interpreter.set_tensor(self._input["index"], self._given(probe.transpose(1, 2, 0)[np.newaxis]))
        self._interpreter.invoke()
        answer = self._interpreter.get_tensor(self._output["index"])[0].astype(np.float64)
        if self._output["dtype"] == np.float32:
            return answer
        scale, zero = self._output["quantization"]
        return (answer - zero) * scale

    def _given(self, x: np.ndarray) -> np.ndarray:
        """As the file takes it: some take int8."""
        if self._input["dtype"] == np.float32:
            return np.ascontiguousarray(x)
        scale, zero = self._input["quantization"]
        return np.clip(np.round(x / scale) + zero, -128, 127).astype(np.int8)

    def seconds(self) -> float:
        before = time.process_time()
        self._interpreter.invoke()
        return time.process_time() - before


def figures(run: Run, float32: Run, probes: np.ndarray, reference: np.ndarray) -> dict:
    answers = np.stack([run.answer(probe) for probe in probes])
    lengths = np.linalg.norm(answers, axis=1) * np.linalg.norm(reference, axis=1)
    ratios = sorted(run.seconds() / float32.seconds() for _ in range(ROUNDS))
    return {
        "cosine": float(((answers * reference).sum(axis=1) / lengths).min()),
        "snr_db": float(10 * np.log10(np.square(reference).sum() / np.square(answers - reference).sum())),
        "top1": float((answers.argmax(axis=1) == reference.argmax(axis=1)).mean()),
        "time_of_float32": {"median": median(ratios), "low": ratios[ROUNDS // 10], "high": ratios[-1 - ROUNDS // 10]},
    }


def main(folder: str, float32_file: str, *files: str) -> None:
    probes, reference = (np.load(Path(folder, name + ".npy")) for name in ("probes", "reference"))
    float32 = Run(float32_file)
    float32.answer(probes[0])
    print(json.dumps({Path(file).name: figures(Run(file), float32, probes, reference.astype(np.float64)) for file in files}))


main(*sys.argv[1:])
