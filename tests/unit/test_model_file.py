"""The canonical model on disk."""
import errno

import numpy as np
import pytest

from job.alignment import address
from job.onnx_model.model_file import read_onnx, write_onnx
from tests.passes.small_graphs import graph, node, weights


def _graph(value):
    return graph(node("Add", "x w", "y"), inputs={"x": value.shape}, constants={"w": value})


@pytest.mark.parametrize("value", [weights(20, 30), weights(30, 20).T, weights(40, 30)[::2]], ids=["plain", "turned", "part"])
def test_weights_are_read_as_they_were_written(tmp_path, value):
    write_onnx(_graph(value), tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx.data").stat().st_size == value.nbytes
    assert np.array_equal(read_onnx(tmp_path / "model.onnx").constants["w"], value)


def test_what_layers_share_is_written_once(tmp_path):
    """An export may turn the weights for each of them; of what is one number throughout nobody says that they share it."""
    value, zeros = weights(20, 30), np.zeros((20, 30), np.float32)
    almost = value.copy()
    almost[3, 7] = np.nextafter(almost[3, 7], 9, dtype=np.float32)
    given = dict(w=value, same=value.T.copy().T, turned=value.reshape(30, 20), almost=almost, a=zeros, b=zeros.copy())
    nodes = [node("Add", "x w", "y")] + [node("Identity", name, "of_" + name) for name in list(given)[1:]]
    write_onnx(graph(*nodes, inputs={"x": value.shape}, constants=given), tmp_path / "model.onnx")
    read = read_onnx(tmp_path / "model.onnx").constants
    assert all(np.array_equal(read[name], array) for name, array in given.items())
    places = {name: address(read[name]) for name in given}
    assert places["w"] == places["same"] and len(set(places.values())) == 5


def test_a_full_disk_says_so(tmp_path):
    (tmp_path / "model.onnx.data").symlink_to("/dev/full")
    with pytest.raises(OSError) as failure:
        write_onnx(_graph(weights(500, 600)), tmp_path / "model.onnx")
    assert failure.value.errno == errno.ENOSPC
