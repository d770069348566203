import os
import py_compile
import shutil

import pytest

from job import version
from job.errors import JobError
from job.version import job_version, own_version


@pytest.fixture
def package(tmp_path):
    return _package(tmp_path / "one")


def _package(place):
    package = place / "job"
    (package / "inner").mkdir(parents=True)
    (package / "a.py").write_text("A = 1\n")
    (package / "inner" / "b.py").write_text("B = 2\n")
    (place / "requirements.lock").write_text("numpy==1.16.6\n")
    return package


def test_it_is_sixteen_hexadecimal_digits(package):
    assert len(job_version(package)) == 16
    int(job_version(package), 16)


def test_the_checkout_has_one_and_it_stays():
    assert job_version() == job_version()


def test_a_run_has_one_version_whatever_becomes_of_its_files(package, monkeypatch):
    monkeypatch.setattr(version, "job_version", lambda: job_version(package))
    own_version.cache_clear()
    before = own_version()
    _change_content(package)
    assert own_version() == before != job_version(package)
    own_version.cache_clear()


def test_place_times_modes_and_compiled_files_do_not_count(package, tmp_path):
    other = _package(tmp_path / "elsewhere" / "deeper")
    os.utime(str(other / "a.py"), (0, 0))
    (other / "a.py").chmod(0o600)
    py_compile.compile(str(other / "a.py"))
    py_compile.compile(str(other / "a.py"), cfile=str(other / "a.pyc"))
    (other / ".cache").mkdir()
    (other / ".cache" / "x.py").write_text("")
    assert job_version(other) == job_version(package)


def test_the_order_of_the_folder_does_not_count(package, tmp_path):
    names = ["z.py", "m.py", "b.py"]
    other = _package(tmp_path / "other")
    for where, order in ((package, names), (other, names[::-1])):
        for name in order:
            (where / name).write_text(name)
    assert job_version(other) == job_version(package)


def _change_content(package):
    (package / "inner" / "b.py").write_text("B = 3\n")


def _rename(package):
    (package / "a.py").rename(package / "c.py")


def _move_text_between_files(package):
    (package / "a.py").write_text("A = 1\nB = 2\n")
    (package / "inner" / "b.py").write_text("")


def _add_data(package):
    (package / "keras.json").write_text("{}")


def _change_lock(package):
    (package.parent / "requirements.lock").write_text("numpy==1.16.5\n")


@pytest.mark.parametrize("change", [
    _change_content, _rename, _move_text_between_files, _add_data, _change_lock,
])
def test_every_change_counts(package, change):
    before = job_version(package)
    change(package)
    assert job_version(package) != before


def test_no_version_without_the_lock(package):
    (package.parent / "requirements.lock").unlink()
    with pytest.raises(JobError, match="requirements.lock"):
        job_version(package)


def test_a_copy_of_the_checkout_has_the_same(checkout, tmp_path):
    uncompiled = shutil.ignore_patterns("__pycache__")
    shutil.copytree(str(checkout / "job"), str(tmp_path / "job"), ignore=uncompiled)
    shutil.copy(str(checkout / "requirements.lock"), str(tmp_path))
    assert job_version(tmp_path / "job") == job_version()
