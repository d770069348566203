"""What a batch has published leaves the page cache; nothing else does, and nothing is lost."""
import ctypes
import mmap
import os

import numpy as np
import pytest

from job.alignment import address
from job.publish import leave_page_cache

CONTENT = os.urandom(1 << 20)
_IN_MEMORY = 1  # of the bits that mincore(2) gives of a page


def cached(path):
    """How many pages of the file are in memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as room:
        pages = (ctypes.c_ubyte * -(-len(room) // mmap.PAGESIZE))()
        array = np.frombuffer(room, np.uint8)
        assert ctypes.CDLL(None).mincore(ctypes.c_void_p(address(array)), ctypes.c_size_t(len(room)), pages) == 0
        del array
        return sum(page & _IN_MEMORY for page in pages)


def written(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(CONTENT)
        file.flush()
        os.fsync(file.fileno())
    return path


@pytest.fixture
def model(tmp_path):
    """Two files of a model, one beside it; on a file system that forgets pages at all."""
    files = [written(tmp_path / name) for name in ("net/net.tflite", "net/saved_model/1/variables", "beside")]
    with files[2].open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if cached(files[2]):
        pytest.skip("a file system that keeps its files in memory")
    files[2].read_bytes()
    assert all(map(cached, files))
    return files


def test_what_is_published_leaves_the_page_cache(model, tmp_path):
    leave_page_cache(tmp_path / "net")
    assert [cached(file) > 0 for file in model] == [False, False, True]
    assert all(file.read_bytes() == CONTENT for file in model)


def test_what_a_program_has_mapped_stays(model, tmp_path):
    with model[0].open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as room:
        assert bytes(room) == CONTENT
        leave_page_cache(tmp_path / "net")
        assert cached(model[0]) == len(CONTENT) // mmap.PAGESIZE


def test_a_model_that_has_gone_is_nobodys_failure(tmp_path):
    leave_page_cache(tmp_path / "gone")
