"""The cases of the ONNX package's backend tests: a model each, its inputs, and what it answers."""
from pathlib import Path
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np
import onnx
from onnx import numpy_helper

DATA = Path(onnx.__file__).parent / "backend/test/data"
KINDS = ("node", "pytorch-converted", "pytorch-operator", "simple")  # `real` holds addresses of models and no model

# What an operator must be told when it is converted, since TensorFlow Lite takes it as a constant only: these cases
# hand it in at every run, as a network would hand in its weights.
PARAMETERS = {
    "BatchNormalization": (1, 2, 3, 4), "Compress": (1,), "ConstantOfShape": (0,), "Conv": (1, 2),
    "ConvTranspose": (1, 2), "Expand": (1,), "GRU": (1, 2, 3, 4), "Gemm": (1, 2), "InstanceNormalization": (1, 2),
    "LSTM": (1, 2, 3, 4, 7), "MaxUnpool": (2,), "OneHot": (1, 2), "PRelu": (1,), "RNN": (1, 2, 3, 4), "Reshape": (1,),
    "Resize": (1,), "ReverseSequence": (1,), "RoiAlign": (2,), "Scatter": (1,),
    "Slice": (1, 2, 3, 4), "Tile": (1,), "TopK": (1,),
    "Upsample": (1,)}


# The numbers of these are uninitialised memory in float64, far outside of float32: others are drawn, and added here.
DRAWN = ("operator_add_broadcast", "operator_add_size1_broadcast", "operator_add_size1_right_broadcast",
         "operator_add_size1_singleton_broadcast", "operator_addconstant")


class Case(NamedTuple):
    kind: str
    name: str

    @property
    def id(self) -> str:
        return "{}/{}".format(self.kind, self.name)

    @property
    def folder(self) -> Path:
        return DATA / self.kind / ("test_" + self.name)

    def model(self) -> bytes:
        return (self.folder / "model.onnx").read_bytes()

    def data(self) -> Tuple[List[np.ndarray], List[np.ndarray]]:
        """Inputs and outputs."""
        folder = self.folder / "test_data_set_0"
        inputs, outputs = ([_array(file) for file in sorted(folder.glob(end + "_*.pb"), key=_number)]
                           for end in ("input", "output"))
        return _drawn(inputs) if self.name in DRAWN else (inputs, outputs)


def _number(file: Path) -> int:
    return int(file.stem.split("_")[1])


def _drawn(inputs: List[np.ndarray]) -> Tuple[List[np.ndarray], List[np.ndarray]]:
    random = np.random.RandomState(0)
    inputs = [random.standard_normal(value.shape) for value in inputs]
    return inputs, [sum(inputs) if len(inputs) > 1 else inputs[0] + 1]


def _array(file: Path) -> np.ndarray:
    return numpy_helper.to_array(onnx.TensorProto.FromString(file.read_bytes()))


def cases() -> Sequence[Case]:
    return [Case(kind, folder.name[len("test_"):]) for kind in KINDS for folder in sorted((DATA / kind).iterdir())]
