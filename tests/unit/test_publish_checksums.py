"""SHA256SUMS as sha256sum itself reads it, and what verification finds."""
import shutil
import subprocess

import pytest

from job.publish import publish, settle_file, staging, verify_checksums, write_file
from tests.unit.small_models import make, publish_version

STRANGE_NAMES = ["a b", "new\nline", "back\\slash", "both\\n\n", "\u00fc", "*star", "name\udcff", "-n"]


def published(output_dir, *extra):
    with staging(output_dir, "net") as folder:
        make(folder / "model", "one")
        for name in extra:
            write_file(folder / "model" / name, name.encode("utf-8", "surrogateescape"))
        publish(folder / "model", output_dir, "net")
    return output_dir / "net"


def sha256sum(folder):
    return subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=str(folder),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_the_list(tmp_path):
    lines = (published(tmp_path, "B", "a", "saved_model/1/run.json") / "SHA256SUMS").read_bytes().splitlines()
    assert [line[66:] for line in lines] == [
        b"B", b"a", b"net.float32.tflite", b"parity.json", b"saved_model/1/run.json",
        b"saved_model/1/saved_model.pb"]
    assert lines[0][:66] == b"df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c  "


def test_sha256sum_agrees(tmp_path):
    folder = published(tmp_path, *STRANGE_NAMES)
    done = sha256sum(folder)
    assert done.returncode == 0, done.stdout
    assert verify_checksums(folder) == []
    write_file(folder / "new\nline", b"changed")
    assert sha256sum(folder).returncode == 1


def _change(folder):
    write_file(folder / "net.float32.tflite", b"oneonEone")


def _remove(folder):
    (folder / "net.float32.tflite").unlink()


def _add(folder):
    write_file(folder / "saved_model" / "1" / "extra", b"")


def _link(folder):
    shutil.move(str(folder / "parity.json"), str(folder.parent))
    (folder / "parity.json").symlink_to(folder.parent / "parity.json")


def _folder_for_a_file(folder):
    (folder / "parity.json").unlink()
    (folder / "parity.json").mkdir()


def _no_list(folder):
    (folder / "SHA256SUMS").unlink()


def _cut_list(folder):
    whole = (folder / "SHA256SUMS").read_bytes()
    write_file(folder / "SHA256SUMS", whole[:-4])


def _damaged_list(folder):
    whole = (folder / "SHA256SUMS").read_bytes()
    write_file(folder / "SHA256SUMS", b"x" + whole[1:])


@pytest.mark.parametrize("damage, problems", [
    (_change, ["net.float32.tflite has changed"]),
    (_remove, ["net.float32.tflite is missing"]),
    (_add, ["saved_model/1/extra is not listed in SHA256SUMS"]),
    (_link, ["parity.json is not a plain file"]),
    (_folder_for_a_file, ["parity.json is missing"]),
    (_no_list, ["SHA256SUMS is missing"]),
    (_cut_list, ["SHA256SUMS is cut short", "saved_model/1/saved_model.pb is not listed in SHA256SUMS"]),
    (_damaged_list, ["line 1 of SHA256SUMS is damaged", "net.float32.tflite is not listed in SHA256SUMS"]),
])
def test_every_damage_is_found(tmp_path, damage, problems):
    folder = published(tmp_path)
    damage(folder)
    assert verify_checksums(folder) == problems


def test_run_json_may_change(tmp_path):
    folder = published(tmp_path)
    write_file(folder / "run.json", b"{}\n\n")
    assert verify_checksums(folder) == []


def test_digests_taken_early_are_used(tmp_path):
    publish_version(tmp_path / "plain", "one")
    with staging(tmp_path, "net") as folder:
        make(folder / "model", "one")
        early = settle_file(folder / "model" / "net.float32.tflite")
        publish(folder / "model", tmp_path, "net", {"net.float32.tflite": early})
    lists = [(folder / "net" / "SHA256SUMS").read_text() for folder in (tmp_path, tmp_path / "plain")]
    assert lists[0] == lists[1]
