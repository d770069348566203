"""What is in the image, and what is not."""
import gzip
import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

UNCOMPRESSED = 1200 * 10 ** 6  # bytes
COMPRESSED = 420 * 10 ** 6
FIXED_TIME = 946684800
# What a runtime puts into a container's root by itself.
OF_THE_RUNTIME = re.compile(
    r"^(\.dockerenv|(dev|proc|sys)(/.*)?|etc|etc/(hostname|hosts|resolv\.conf|mtab))?$")


@pytest.fixture(scope="module")
def config(docker, image):
    return docker.inspect(image)["Config"]


def of_the_image(files):
    return {name: entry for name, entry in files.items() if not OF_THE_RUNTIME.match(name)}


def test_it_runs_the_job_as_a_user_with_a_number(config):
    assert config["Entrypoint"] == ["python", "-m", "job"]
    assert not config.get("Cmd")
    assert re.match(r"^[1-9][0-9]*:[1-9][0-9]*$", config["User"])
    assert "HOME=/home/pt2tflite" in config["Env"] and "PYTHONUNBUFFERED=1" in config["Env"]


def test_labels_are_those_of_the_open_container_initiative(config, base):
    labels = {name.replace("org.opencontainers.image.", ""): text for name, text in config["Labels"].items()}
    assert set(labels) == {"title", "description", "licenses", "revision", "base.name"}
    assert labels["title"] == "pt2tflite" and labels["licenses"] == "Apache-2.0"
    assert labels["base.name"] == base


def test_nothing_of_the_build_machine_is_in_its_environment(config):
    names = {entry.partition("=")[0] for entry in config["Env"]}
    assert names == {"PATH", "HOME", "LANG", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


@pytest.mark.parametrize("pattern", [
    r"(^|/)bin/(pip.*|easy_install.*|conda|gcc.*|g\+\+.*|cc|c\+\+|clang.*|ld|as|make|cmake|nvcc|protoc)$",
    r"(^|/)site-packages/(pip|setuptools|wheel|pkg_resources|_pytest|pytest|hypothesis)(/|$|-)",
    r"(^|/)(tests|\.cache|ensurepip|idlelib)(/|$)",
    r"^(root|tmp|var/cache|var/lib/apt/lists)/.",
    r"^opt/pt2tflite/(tests|scripts|Dockerfile|README|\.git)",
    r"\.(a|cu|o|orig)$",
    r"/libnvrtc|/libtorch\.so$",
    r"/site-packages/(grpc|werkzeug|tensorflow_estimator|tensorflow/contrib|caffe2)(/|$)",
])
def test_what_the_job_does_not_need_is_not_there(files, pattern):
    assert [name for name in of_the_image(files) if re.search(pattern, name)] == []


def test_only_the_scratch_and_output_folders_can_be_written_by_everyone(files):
    writable = {name for name, entry in of_the_image(files).items()
                if entry.mode & stat.S_IWOTH and not entry.issym()}
    assert writable == {"tmp", "var/tmp", "run/lock", "out"}
    assert all(files[name].mode & stat.S_ISVTX for name in writable)


def test_nothing_gains_privileges(files):
    gaining = stat.S_ISUID | stat.S_ISGID
    assert [name for name, entry in files.items() if entry.isfile() and entry.mode & gaining] == []


def test_the_program_belongs_to_root(files):
    """The job cannot change itself."""
    program = [entry for name, entry in files.items() if name.startswith("opt/pt2tflite")]
    assert program and {(entry.uid, entry.gid) for entry in program} == {(0, 0)}


def test_every_file_has_the_fixed_time(files):
    assert {entry.mtime for entry in of_the_image(files).values()} == {FIXED_TIME}


def test_the_job_and_its_lock_are_there_with_the_source_s_bytes(docker, image, source, tmp_path):
    container = docker("create", image)
    try:
        docker("cp", container + ":/opt/pt2tflite/.", str(tmp_path / "image"))
    finally:
        docker("rm", container)
    code = "import sys; sys.path[:0] = sys.argv[1:]; from job import version; print(version.job_version())"
    digests = {subprocess.check_output([sys.executable, "-I", "-B", "-c", code, str(place)])
               for place in (source, tmp_path / "image")}
    assert len(digests) == 1


def test_every_module_the_job_imports_was_compiled_in_the_build(docker, image):
    """Compiled files that do not fit their source are ignored by Python in silence, at a second a start."""
    code = """
import json, os, struct, sys
import torch, torchvision, onnx, onnxruntime, tensorflow, keras, onnx2keras, fire, yaml
from tensorflow.lite.python import convert
def stale(module):
    source, compiled = getattr(module, "__file__", None), getattr(module, "__cached__", None)
    if not source or not source.endswith(".py") or not compiled:
        return False
    if not os.path.exists(compiled):
        return True
    with open(compiled, "rb") as file:
        time, size = struct.unpack("<4xLL", file.read(12))
    return (time, size) != (int(os.stat(source).st_mtime), os.stat(source).st_size)
modules = list(sys.modules.values())
print(json.dumps([len(modules), sorted(module.__name__ for module in modules if stale(module))]))
"""
    said = docker("run", "--rm", "--entrypoint", "python", image, "-W", "ignore", "-c", code)
    count, stale = json.loads(said)
    assert count > 1000 and stale == []


def test_it_is_small(docker, image):
    assert docker.inspect(image)["Size"] <= UNCOMPRESSED


def test_the_bill_of_materials_lists_what_is_there(files, source):
    """Of each package there is its own record; the wheel of what was built here may be called by another case."""
    bill = json.loads(subprocess.check_output([sys.executable, "-I", str(source / "scripts" / "sbom")]).decode("ascii"))
    listed = {"{name}-{version}".format(**each) for each in bill["components"][1:] if each["scope"] == "required"}
    records = (re.search(r"/site-packages/([^/]+)\.(?:dist|egg)-info$", name) for name in files)
    found = {record.group(1).replace("_", "-").lower() for record in records if record}
    assert len(found) > 20 and found == listed


@pytest.mark.slow
def test_it_is_small_to_send(docker, image, tmp_path: Path):
    archive = tmp_path / "image.tar"
    docker("save", "--output", str(archive), image)
    packed = tmp_path / "image.tar.gz"
    with open(str(archive), "rb") as whole, gzip.open(str(packed), "wb", compresslevel=6) as stream:
        shutil.copyfileobj(whole, stream, 1 << 20)
    assert packed.stat().st_size <= COMPRESSED
