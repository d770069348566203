import os
import random
import subprocess
import sys

import numpy
import pytest

from job.determinism import canonical_bytes, seeded, settled_environment


def _run(code, checkout, **environment):
    """What a fresh interpreter prints on stdout and on stderr."""
    everything = {**os.environ, "PYTHONPATH": str(checkout), **environment}
    done = subprocess.run([sys.executable, "-c", code], env=everything, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_settings_of_the_libraries_are_dropped_and_the_rest_stays():
    users = {"KERAS_BACKEND": "theano", "TF_CPP_MIN_LOG_LEVEL": "0", "XLA_FLAGS": "x", "OMP_NUM_THREADS": "7",
             "LANG": "de_DE", "LC_NUMERIC": "de_DE", "TZ": "Asia/Tokyo",
             "PATH": "/bin", "HOME": "/h", "TMPDIR": "/t"}
    settled = settled_environment(users)
    assert {"KERAS_BACKEND", "XLA_FLAGS", "LANG", "LC_NUMERIC"}.isdisjoint(settled)
    assert [settled[key] for key in ("PATH", "HOME", "TMPDIR")] == ["/bin", "/h", "/t"]
    fixed = {"OMP_NUM_THREADS": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8", "TF_CPP_MIN_LOG_LEVEL": "2"}
    assert {key: settled[key] for key in fixed} == fixed


def test_whatever_the_shell_says_the_library_settings_are_the_same():
    users = {"OMP_NUM_THREADS": "8", "MKL_CBWR": "COMPATIBLE", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    assert settled_environment(users) == settled_environment({})


def test_a_settled_process(checkout):
    code = ("import os, time; os.umask(0o077); from job.determinism import settle_process; settle_process();"
            "print(time.tzname[0], oct(os.umask(0)), os.environ['OMP_NUM_THREADS'], 'TF_X' in os.environ);"
            "import subprocess; print(subprocess.check_output(['printenv', 'TZ']).decode().strip())")
    said = _run(code, checkout, TZ="Asia/Tokyo", OMP_NUM_THREADS="7", TF_X="1")[0]
    assert said.split() == ["UTC", "0o22", "1", "False", "UTC"]


def test_keras_neither_reads_the_users_settings_nor_writes_any(checkout, tmp_path):
    users = tmp_path / ".keras"
    users.mkdir()
    settings = '{"image_data_format": "channels_first", "epsilon": 0.5, "floatx": "float64"}'
    users.joinpath("keras.json").write_text(settings)
    before = sorted(str(path) for path in (checkout / "job" / "keras_home").iterdir())
    code = ("from job.determinism import *; settle_process(); silence_libraries()\n"
            "with held_back_stderr():\n"
            "    import keras\n"
            "from keras.backend import *\n"
            "print(image_data_format(), epsilon(), floatx(), backend())")
    said, errors = _run(code, checkout, HOME=str(tmp_path), KERAS_BACKEND="theano")
    assert said.split() == ["channels_last", "1e-07", "float32", "tensorflow"]
    assert errors == ""
    assert sorted(str(path) for path in (checkout / "job" / "keras_home").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == [".keras"]


def test_keras_creates_no_folder_at_home(checkout, tmp_path):
    _run("from job.determinism import *; settle_process()\nimport keras", checkout, HOME=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_tensorflow_is_silent_and_we_are_not(checkout):
    code = ("import sys, warnings, logging\n"
            "from job.determinism import *; settle_process(); silence_libraries()\n"
            "import tensorflow as tf\n"
            "tf.logging.warning('theirs'); tf.initialize_all_variables()\n"
            "warnings.warn_explicit('theirs', FutureWarning, 'x.py', 1, module='tensorflow.python.dtypes')\n"
            "warnings.warn_explicit('theirs', FutureWarning, 'x.py', 1, module='numpy')\n"
            "tf.Session().run(tf.constant(1))\n"
            "warnings.warn('ours', FutureWarning)\n"
            "logging.getLogger('job').warning('ours too')")
    errors = _run(code, checkout)[1]
    assert "theirs" not in errors and "deprecated" not in errors and "cpu_feature_guard" not in errors
    assert "FutureWarning: ours" in errors and "ours too" in errors


def test_what_was_held_back_is_shown_when_the_import_fails(checkout):
    code = ("import sys; from job.determinism import held_back_stderr\n"
            "try:\n"
            "    with held_back_stderr():\n"
            "        sys.stderr.write('the reason'); import no_such_module\n"
            "except ImportError:\n"
            "    pass")
    assert _run(code, checkout)[1] == "the reason"


def test_seeded_numbers_repeat_and_the_old_state_comes_back():
    random.seed(1)
    numpy.random.seed(1)
    expected = random.random(), numpy.random.rand()
    random.seed(1)
    numpy.random.seed(1)
    drawn = []
    for _ in range(2):
        with seeded(7):
            drawn.append((random.random(), numpy.random.rand()))
    assert drawn[0] == drawn[1] != expected
    assert (random.random(), numpy.random.rand()) == expected


def test_torch_is_seeded_where_it_is_loaded(checkout):
    code = ("import torch; from job.determinism import seeded\n"
            "torch.manual_seed(1); a = torch.rand(3); torch.manual_seed(1)\n"
            "with seeded(7): b = torch.rand(3)\n"
            "with seeded(7): c = torch.rand(3)\n"
            "print(bool((b == c).all()), bool((torch.rand(3) == a).all()))")
    assert _run(code, checkout)[0].split() == ["True", "True"]


@pytest.mark.parametrize("order", [range(50), range(49, -1, -1)])
def test_the_maps_of_protobuf_have_one_order(order):
    from google.protobuf.struct_pb2 import Struct

    def message(keys):
        made = Struct()
        for key in keys:
            made["key{}".format(key)] = key
        return made

    assert canonical_bytes(message(order)) == canonical_bytes(message(range(50)))
