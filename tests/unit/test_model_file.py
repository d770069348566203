"""The canonical model on disk."""
import errno

import numpy as np
import pytest

from job.onnx_model.model_file import read_onnx, write_onnx
from tests.passes.small_graphs import graph, node, weights


def _graph(value):
    return graph(node("Add", "x w", "y"), inputs={"x": value.shape}, constants={"w": value})


@pytest.mark.parametrize("value", [weights(20, 30), weights(30, 20).T, weights(40, 30)[::2]], ids=["plain", "turned", "part"])
def test_weights_are_read_as_they_were_written(tmp_path, value):
    write_onnx(_graph(value), tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx.data").stat().st_size == value.nbytes
    assert np.array_equal(read_onnx(tmp_path / "model.onnx").constants["w"], value)


def test_a_full_disk_says_so(tmp_path):
    (tmp_path / "model.onnx.data").symlink_to("/dev/full")
    with pytest.raises(OSError) as failure:
        write_onnx(_graph(weights(500, 600)), tmp_path / "model.onnx")
    assert failure.value.errno == errno.ENOSPC
