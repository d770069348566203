"""Other ways to full int8, each as commands from a folder of int8_inputs.py and this job's SavedModel to a `.tflite`."""
import functools
from pathlib import Path
from typing import Callable, NamedTuple, Tuple

from benchmarks.contenders import CURRENT_TORCH, PEERS
from benchmarks.environments import Environment, python_of

TENSORFLOW = Environment("tensorflow", "3.11", (("tensorflow==2.21.0",),))
ONNX2KERAS = Environment("onnx2keras", "3.11", (("onnx2keras==0.0.25", "tensorflow==2.21.0"),))
LITERT_TORCH = Environment(
    "litert-torch", "3.11",
    (
        CURRENT_TORCH,
        ("litert-torch==0.10.0", "ai-edge-quantizer==0.10.0", "onnx==1.23.2", "pillow==13.0.0"),
        ("--no-deps", "torchvision==0.28.0", "efficientnet_lite_pytorch==0.1.0"),
    ),
)

Command = Tuple[object, ...]


class Task(NamedTuple):
    arch: str
    folder: Path  # see int8_inputs.py
    saved_model: Path
    cache: Path  # of environments

    def file(self, peer: str) -> Path:
        return self.folder / "{}.int8.tflite".format(peer)


class Peer(NamedTuple):
    name: str
    commands: Callable[[Task], Tuple[Command, ...]]  # the last writes Task.file


def _tensorflow(task: Task) -> Tuple[Command, ...]:
    """What differs is the quantisation and nothing else."""
    return (_script(TENSORFLOW, "int8_tensorflow.py", task, task.saved_model, task.folder / "calibration",
                    task.file("tensorflow")),)


def _litert_torch(recipe: str, task: Task) -> Tuple[Command, ...]:
    return (_script(LITERT_TORCH, "int8_litert_torch.py", task, task.arch, task.folder / "model.pth",
                    task.folder / "calibration", task.file("litert-torch." + recipe), recipe),)


def _onnx2keras(task: Task) -> Tuple[Command, ...]:
    return _export(task), _script(ONNX2KERAS, "int8_onnx2keras.py", task, task.folder / "model.onnx",
                                  task.folder / "calibration", task.file("onnx2keras"))


def _export(task: Task) -> Command:
    return _script(LITERT_TORCH, "torch_export.py", task, task.arch, task.folder / "model.pth", task.folder / "model.onnx")


def _script(environment: Environment, script: str, task: Task, *words: object) -> Command:
    return (python_of(environment, task.cache), PEERS / script) + words


INT8_PEERS = (
    Peer("tensorflow", _tensorflow),
    Peer("litert-torch.pt2e", functools.partial(_litert_torch, "pt2e")),
    Peer("litert-torch.static_wi8_ai8", functools.partial(_litert_torch, "static_wi8_ai8")),
    Peer("onnx2keras", _onnx2keras),
)
