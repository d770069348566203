"""Earlier versions beside the new one: numbered, linked, and no more than asked for."""
import errno
import os

import pytest

from job.publish.versions import keep_earlier, next_version


def published(folder, *numbers):
    for number in numbers:
        (folder / "saved_model" / str(number)).mkdir(parents=True)
        (folder / "saved_model" / str(number) / "saved_model.pb").write_text("model {}".format(number))
    for name in ("net.float32.tflite", "parity.json", "run.json", "SHA256SUMS"):
        (folder / name).write_text("of {}".format(numbers[-1]))
    return folder


@pytest.mark.parametrize("numbers, keep, number", [((), 0, 1), ((), 3, 1), ((1,), 0, 1), ((1,), 1, 2), ((2, 10), 1, 11)])
def test_the_next_number(tmp_path, numbers, keep, number):
    if numbers:
        published(tmp_path, *numbers)
        (tmp_path / "saved_model" / "99.rolled-back").mkdir()
        (tmp_path / "saved_model" / "007").mkdir()
    assert next_version(tmp_path, keep) == number


def test_the_last_versions_stay_with_what_was_published_beside_them(tmp_path):
    before, staged = published(tmp_path / "before", 3, 4, 5), tmp_path / "staged"
    (before / "saved_model" / "4" / "assets.extra").mkdir()
    (before / "saved_model" / "4" / "assets.extra" / "net.float32.tflite").write_text("of 4")
    keep_earlier(before, staged, 2)
    kept = {str(path.relative_to(staged / "saved_model")): path.read_text()
            for path in staged.rglob("*") if path.is_file()}
    assert kept == {"4/saved_model.pb": "model 4", "4/assets.extra/net.float32.tflite": "of 4",
                    "5/saved_model.pb": "model 5", "5/assets.extra/net.float32.tflite": "of 5",
                    "5/assets.extra/parity.json": "of 5"}
    assert (staged / "saved_model/5/saved_model.pb").stat().st_ino == (before / "saved_model/5/saved_model.pb").stat().st_ino


def test_none_is_kept_unless_asked_for(tmp_path):
    keep_earlier(published(tmp_path / "before", 1), tmp_path / "staged", 0)
    keep_earlier(tmp_path / "nothing", tmp_path / "staged", 3)
    assert not (tmp_path / "staged").exists()


def test_files_are_copied_where_they_cannot_be_linked(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no links here")
    monkeypatch.setattr(os, "link", refuse)
    keep_earlier(published(tmp_path / "before", 1), tmp_path / "staged", 1)
    assert (tmp_path / "staged/saved_model/1/saved_model.pb").read_text() == "model 1"
