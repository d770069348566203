"""The ways from a checkpoint to a float32 `.tflite` that are measured, each as a list of whole processes."""
import json
import os
import subprocess
from pathlib import Path
from typing import Callable, Mapping, NamedTuple, Optional, Tuple

from benchmarks.environments import Environment, python_of
from benchmarks.measuring import Step

CHECKOUT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"

CURRENT_TORCH = ("torch==2.13.0",)
CURRENT_TORCHVISION = ("--no-deps", "torchvision==0.28.0")
EXPORTER = Environment(
    "torch-export", "3.11",
    (CURRENT_TORCH, ("numpy==2.4.6", "onnx==1.23.2", "pillow==13.0.0"), CURRENT_TORCHVISION),
)
ONNX2TF = Environment("onnx2tf", "3.12", (("onnx2tf==2.6.9",),))
TINYNN = Environment(
    "tinynn", "3.11",
    (
        CURRENT_TORCH,
        ("numpy==1.26.4", "PyYAML==6.0.3", "ruamel.yaml==0.17.40", "igraph==1.0.0", "flatbuffers==25.12.19"),
        ("pillow==13.0.0",),
        CURRENT_TORCHVISION,
    ),
)


class Workplace(NamedTuple):
    """What the contenders need from their surroundings."""

    cache: Path
    job_python: Path  # of the job's own environment
    tinynn_source: Optional[Path]  # TinyNeuralNetwork is in no package registry


class Task(NamedTuple):
    arch: str
    checkpoint: Path
    folder: Path  # where results go; made empty before every run


Stages = Mapping[str, float]


def no_stages(folder: Path) -> Stages:
    return {}


class Contender(NamedTuple):
    name: str
    what: str  # what comes out of it, for the table's legend
    steps: Callable[[Workplace, Task], Tuple[Step, ...]]
    float32_file: str  # pattern within the task's folder
    saved_model: str = ""  # pattern of saved_model.pb, where one is written
    stages: Callable[[Path], Stages] = no_stages  # seconds by stage where the contender itself tells
    only: Tuple[str, ...] = ()  # the models it is tried with; () is all


def default_job_python() -> Path:
    """The environment of `scripts/run`, made if need be."""
    script = '. "$1/scripts/environment.sh"; runtime_environment; echo "$checkout/.venv/bin/python"'
    command = ["bash", "-c", script, "bash", str(CHECKOUT)]
    return Path(subprocess.check_output(command).decode().strip())


def _job(place: Workplace, task: Task) -> Tuple[Step, ...]:
    command = (
        str(place.job_python), "-m", "job", "convert", str(task.checkpoint),
        "--arch=" + task.arch, "--output-dir=" + str(task.folder),
    )
    return (Step("job", command, {"PYTHONPATH": str(CHECKOUT)}),)


def _job_stages(folder: Path) -> Stages:
    return json.loads(next(folder.glob("*/run.json")).read_text())["seconds"]


def _article(place: Workplace, task: Task) -> Tuple[Step, ...]:
    script = str(PEERS / "article.py")
    command = (str(place.job_python), script, task.arch, str(task.checkpoint), str(task.folder))
    activated = os.pathsep.join([str(place.job_python.parent), os.environ["PATH"]])  # toco is started by name
    return (Step("article", command, {"PATH": activated}),)


def _onnx2tf(place: Workplace, task: Task) -> Tuple[Step, ...]:
    onnx_file = str(task.folder / "model.onnx")
    exporter = str(python_of(EXPORTER, place.cache))
    onnx2tf = str(python_of(ONNX2TF, place.cache).with_name("onnx2tf"))
    export = (exporter, str(PEERS / "torch_export.py"), task.arch, str(task.checkpoint), onnx_file)
    return (
        Step("torch export", export),
        Step("onnx2tf", (onnx2tf, "-i", onnx_file, "-o", str(task.folder / "onnx2tf"))),
    )


def _tinynn(place: Workplace, task: Task) -> Tuple[Step, ...]:
    python = str(python_of(TINYNN, place.cache))
    script = str(PEERS / "tinynn_convert.py")
    tflite_file = str(task.folder / "model.float32.tflite")
    command = (python, script, task.arch, str(task.checkpoint), tflite_file)
    return (Step("tinynn", command, {"PYTHONPATH": str(place.tinynn_source)}),)


JOB = Contender(
    "job", "this one: SavedModel, float32 and dynamic `.tflite`, parity of every stage, published whole",
    _job, "*/*.float32.tflite", "*/saved_model/1/saved_model.pb", _job_stages,
)
CONTENDERS = (
    JOB,
    Contender(
        "article", "the article's chain as written, in the job's environment: SavedModel, float32 `.tflite`",
        _article, "model.float32.tflite", "saved_model/saved_model.pb", only=("resnet18", "squeezenet1_1"),
    ),
    Contender(
        "onnx2tf", "torch 2.13 export, then onnx2tf 2.6.9 as it comes: float32 and float16 `.tflite`",
        _onnx2tf, "onnx2tf/*_float32.tflite",
    ),
    Contender("tinynn", "TinyNeuralNetwork in torch 2.13: float32 `.tflite`", _tinynn, "*.tflite"),
)
