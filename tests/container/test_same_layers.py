"""Two builds of one source give the same layers."""
import os
import shutil

import pytest


def layers(docker, image):
    """System, packages, job, and the empty one of the working folder."""
    return docker.inspect(image)["RootFS"]["Layers"]


def test_changed_code_changes_only_the_job_s_layer(docker, base, image, source, tmp_path):
    """A new version of the job is a small download."""
    changed = tmp_path / "changed"
    shutil.copytree(str(source), str(changed))
    (changed / "job" / "__init__.py").write_text('"""Changed."""\n')
    docker.build(changed, image + ":changed", base)
    before, after = layers(docker, image), layers(docker, image + ":changed")
    docker("image", "rm", image + ":changed")
    assert [old == new for old, new in zip(before, after)] == [True, True, False, True]


def test_the_job_s_layer_does_not_know_its_checkout(docker, base, image, source, tmp_path):
    """Other folder, other times, the modes of a stricter umask."""
    copy = tmp_path / "copy"
    shutil.copytree(str(source), str(copy))
    _make_private(copy / "job")
    docker.build(copy, image + ":copy", base)
    copied = layers(docker, image + ":copy")
    docker("image", "rm", image + ":copy")
    assert copied == layers(docker, image)


@pytest.mark.slow
def test_a_build_from_nothing(docker, base, image, source, tmp_path):
    """As the one before, with nothing taken from an earlier build: the packages are installed again."""
    copy = tmp_path / "copy"
    shutil.copytree(str(source), str(copy))
    _make_private(copy)
    docker.build(copy, image + ":again", base, "--no-cache")
    again = layers(docker, image + ":again")
    docker("image", "rm", image + ":again")
    assert again == layers(docker, image)


def _make_private(folder):
    """Modes as under umask 077, and the time of now."""
    for parent, folders, files in os.walk(str(folder)):
        for name in folders + files:
            path = os.path.join(parent, name)
            os.chmod(path, os.stat(path).st_mode & 0o700)
            os.utime(path)
