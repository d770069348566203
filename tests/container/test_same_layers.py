"""Two builds of one source give the same layers."""
import os

import pytest


@pytest.mark.slow
def test_a_build_without_cache_from_another_checkout(docker, base, image, source, tmp_path):
    """Other times, other modes (a stricter umask), other folder; nothing taken from the first build."""
    again = tmp_path / "elsewhere"
    docker.run("image", "rm", image + ":again")
    _copy_strictly(source, again)
    docker.build(again, image + ":again", base, "--no-cache")
    assert docker.inspect(image + ":again")["RootFS"]["Layers"] == docker.inspect(image)["RootFS"]["Layers"]


def _copy_strictly(source, target):
    for parent, _, names in os.walk(str(source)):
        folder = target / os.path.relpath(parent, str(source))
        folder.mkdir(mode=0o700)
        for name in names:
            copy = folder / name
            copy.write_bytes(open(os.path.join(parent, name), "rb").read())
            copy.chmod(0o600 | os.stat(os.path.join(parent, name)).st_mode & 0o100)


def test_changed_code_changes_only_the_last_layer(docker, base, image, source, tmp_path):
    """A new version of the job is a small download."""
    changed = tmp_path / "changed"
    _copy_strictly(source, changed)
    (changed / "job" / "__init__.py").write_text('"""Changed."""\n')
    docker.build(changed, image + ":changed", base)
    before, after = (docker.inspect(name)["RootFS"]["Layers"] for name in (image, image + ":changed"))
    docker("image", "rm", image + ":changed")
    assert [old == new for old, new in zip(before, after)] == [True, True, False, True]
