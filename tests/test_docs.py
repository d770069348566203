"""README.md says what is so: commands run, tables are the code's, and what it names exists."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from job import architectures
from job.architectures import registry
from job.architectures.build import build
from job.batch import discovery
from job.errors import JobError
from job.keras_model.operators import CONVERTERS
from job.onnx_model.passes import PASSES
from job.parity.tolerance import DEFAULT
from job.settings import command_line, sidecar
from job.settings.settings import run_settings
from job.settings.surface import COMMANDS, FLAGS
from job.watching.exit_codes import PRECEDENCE
from tests.models import write_seeded_checkpoint
from tests.operators.conversion import converted
from tests.readme import README, RETRY_HELPS, TABLES, tables_of, with_tables

TEXT = README.read_text(encoding="utf-8")
CHECKOUT = README.parent
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)
CODE = re.findall(r"`([^`\n]+)`", PROSE)

FLAGS_OF_OTHERS = {  # of scripts/test, scripts/fuzz, `docker run` and pip
    "--no-deps",
    "--python-version",
    "--all",
    "--seed",
    "--help",
    "--network",
    "--read-only",
    "--tmpfs",
    "--cap-drop",
    "--security-opt",
}


def blocks(language):
    return [text for kind, text in BLOCKS if kind == language]


def lines_of_shell():
    return [line for text in blocks("sh") for line in text.replace("\\\n", "").splitlines()]


CONVERT = next(line for line in lines_of_shell() if line.startswith("scripts/run convert model.pth"))


@pytest.fixture(scope="module")
def first_conversion(tmp_path_factory):
    """The README's own line, typed in a folder that holds a model.pth and nothing else; the folder after it."""
    folder = tmp_path_factory.mktemp("user")
    write_seeded_checkpoint(folder / "model.pth", "mobilenet_v2")
    typed(CONVERT, folder)
    return folder


def typed(line, folder):
    """Runs a line of the page as from the checkout, in a user's folder; returns what it says."""
    words = shlex.split(line)
    job = subprocess.run(
        [str(CHECKOUT / words[0])] + words[1:],
        cwd=str(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert job.returncode == 0, job.stdout.decode()
    return job.stdout.decode()


def test_what_was_published_verifies(first_conversion):
    assert "verified: out/model" in typed("scripts/run verify out", first_conversion)
    assert "scripts/run verify out" in lines_of_shell()


def test_what_comes_out_is_the_tree_shown(first_conversion):
    tree = next(text for text in blocks("") if text.startswith("out/"))
    found = {
        str(path.relative_to(str(first_conversion)))
        for path in first_conversion.glob("out/**/*")
        if path.is_file() and not path.name.startswith(".")
    }
    assert set(tree.split()) == found


def test_the_excerpt_has_the_reports_shape(first_conversion):
    excerpt = json.loads(blocks("json")[0])
    report = json.loads((first_conversion / "out/model/parity.json").read_text())
    report["stages"] = [
        stage for stage in report["stages"] if stage["stage"] == excerpt["stages"][0]["stage"]
    ]
    assert_part_of(excerpt, report)
    assert excerpt["stages"][0]["outputs"][0]["tolerance"] == report["stages"][0]["outputs"][0]["tolerance"]


def assert_part_of(part, whole):
    """The same keys and kinds of values, less what was left out; figures may be others."""
    assert type(part) is type(whole)
    if isinstance(part, dict):
        assert set(part) <= set(whole)
        for key in part:
            assert_part_of(part[key], whole[key])
    if isinstance(part, list):
        assert len(part) == len(whole)
        for each, other in zip(part, whole):
            assert_part_of(each, other)


APP = """
import sys, types
import numpy, tensorflow
sys.modules["ai_edge_litert"] = types.ModuleType("ai_edge_litert")
sys.modules["ai_edge_litert.interpreter"] = tensorflow.lite
{}
numpy.save("scores.npy", scores)
"""


def test_the_app_shown_answers_as_pytorch_does(first_conversion):
    """In TensorFlow Lite 1.14, whose interpreter is called in the same way; the picture has the network's own sides."""
    (code,) = [text for text in blocks("python") if "Interpreter" in text]
    preprocess = "{mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}"
    typed(
        "scripts/run convert model.pth --output-dir=app/out --quantize=none --preprocess='{}'".format(preprocess),
        first_conversion,
    )
    app = first_conversion / "app"
    pixels = np.random.RandomState(3).randint(0, 256, (7, 7, 3)).astype(np.uint8)
    Image.fromarray(pixels).resize((224, 224)).save(str(app / "photo.jpg"))
    subprocess.run([sys.executable, "-c", APP.format(code)], cwd=str(app), check=True)

    photo = np.asarray(Image.open(str(app / "photo.jpg")), np.float64) / 255
    x = (photo - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    network = build("mobilenet_v2", {})
    network.load_state_dict(torch.load(str(first_conversion / "model.pth")))
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(x.transpose(2, 0, 1)[np.newaxis]).float())[0].numpy()
    difference = np.abs(np.load(str(app / "scores.npy")) - expected).max()
    assert difference <= DEFAULT["float"]["max_error_of_range"] * np.ptp(expected)


def test_every_command_line_is_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(str(tmp_path))
    Path("net.py").write_text("def make(): pass\n")
    Path("pictures").mkdir()
    parsed = [
        run_settings(command_line.parsed(words)).command
        for words in map(words_of_job, lines_of_shell())
        if words is not None
    ]
    assert {"convert", "inspect", "verify"} <= set(parsed)


def words_of_job(line):
    """What the job is given by a line, None where the line does not start it."""
    words = shlex.split(line)
    if words[0] == "scripts/run":
        return words[1:]
    return words[words.index("pt2tflite") + 1 :] if words[:2] == ["docker", "run"] else None


def test_the_flags_named_exist():
    named = {word for code in CODE for word in re.findall(r"--[a-z][a-z-]*", code)}
    assert named - FLAGS_OF_OTHERS <= {flag.spelling for flag in FLAGS.values()}
    assert "--all" in (CHECKOUT / "tests/conftest.py").read_text()


def test_what_is_found_is_said(tmp_path):
    assert "by suffix, in sub-folders too: `{}`".format(" ".join(discovery.SUFFIXES)) in README.read_text(encoding="utf-8")
    for folder in re.search(r"those called (.*) are not looked into", README.read_text(encoding="utf-8")).group(1).split("`")[1::2]:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "net.pth").touch()
    (tmp_path / "net.pth").touch()
    assert [candidate.name for candidate in discovery.found(tmp_path, ())] == ["net"]


def test_the_files_named_exist():
    inside = [
        word.rstrip("/")
        for word in CODE + lines_of_shell()
        for word in word.split()
        if re.match(r"(job|scripts|tests|\.ci)/", word)
    ]
    assert len(inside) > 8
    for path in inside + ["LICENSE", "requirements.lock", "Dockerfile"]:
        assert (CHECKOUT / path).exists(), path


def test_every_command_is_named():
    assert set(COMMANDS) <= set(CODE)


def test_the_tables_are_the_codes():
    assert sorted(tables_of(TEXT)) == sorted(TABLES)
    assert with_tables(TEXT) == TEXT, "scripts/readme writes the tables again"


def test_a_table_that_is_out_of_date_shows():
    assert with_tables(TEXT.replace("| 75 |", "| 76 |")) == TEXT


def test_the_exit_codes_are_those_of_the_errors():
    codes = {
        int(code)
        for row in re.findall(r"^\| ([\d, ]+) \|", TABLES["exit_codes"](), re.MULTILINE)
        for code in row.split(",")
    }
    assert codes == {0, JobError.exit_code} | {kind.exit_code for kind in kinds_of(JobError)}
    assert ", ".join(map(str, PRECEDENCE)) in " ".join(TEXT.split())


def kinds_of(kind):
    for child in kind.__subclasses__():
        yield child
        yield from kinds_of(child)


def test_kubernetes_retries_where_a_retry_helps():
    job = yaml.safe_load((CHECKOUT / "scripts/kubernetes/base/job.yaml").read_text())
    final = [
        code
        for rule in job["spec"]["podFailurePolicy"]["rules"]
        if rule["action"] == "FailJob"
        for code in rule["onExitCodes"]["values"]
    ]
    assert set(final) == set(PRECEDENCE) - set(RETRY_HELPS)


def test_the_sidecar_is_accepted(tmp_path):
    (tmp_path / "model.yaml").write_text(blocks("yaml")[0])
    values = sidecar.sidecar_values(tmp_path / "model.pth", tmp_path)
    assert values["arch"] in architectures.names()
    assert values["tolerance"]["float"]["max_error_of_range"] < DEFAULT["float"]["max_error_of_range"]


def test_the_architecture_shown_can_be_built(monkeypatch):
    monkeypatch.setattr(registry, "_ARCHITECTURES", dict(registry._ARCHITECTURES))
    (code,) = [text for text in blocks("python") if "@architecture" in text]
    exec(code, {})
    network = build("tiny_net", {})
    assert network(torch.zeros(registry.default_input_shape("tiny_net"))).shape[:2] == (1, 10)


def test_the_operator_shown_converts(monkeypatch, tmp_path):
    (code,) = [text for text in blocks("python") if "@converts" in text]
    (op,) = re.findall(r'@converts\("(\w+)"\)', code)
    monkeypatch.setitem(CONVERTERS, op, None)  # remembered, so that what the page registers goes again
    del CONVERTERS[op]
    exec(code, {})

    class Network(torch.nn.Module):
        def forward(self, x):
            return getattr(torch, op.lower())(x)

    conversion = converted(Network(), [(1, 3, 5, 7)], tmp_path)
    for stage in (conversion.keras, conversion.tflite):
        for (expected,), (value,) in zip(conversion.pytorch, stage):
            assert abs(value - expected).max() <= 1e-4 * (abs(expected).max() + 1)


def test_passes_are_where_the_readme_says():
    for apply in PASSES:
        assert (CHECKOUT / "job/onnx_model/passes" / (apply.__name__ + ".py")).is_file()
