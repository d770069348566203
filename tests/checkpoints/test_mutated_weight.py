"""One byte of one weight changed in the file: what is converted is the network with that weight."""

from collections import OrderedDict

import numpy as np
import pytest
import torch

from job.architectures.load import load_weights
from job.checkpoint.reading import read_checkpoint
from tests.checkpoints.fuzz.seeds import WRITERS
from tests.operators.conversion import converted


def network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2), torch.nn.ReLU(), torch.nn.Conv2d(3, 2, 1)).eval()


@pytest.mark.parametrize("form, write", [writer for writer in WRITERS if writer[0] != "npz"])
def test_it_is_converted_as_it_is(tmp_path, form, write):
    torch.manual_seed(1)
    arrays = OrderedDict((key, value.numpy()) for key, value in network().state_dict().items())
    path = tmp_path / "model"
    write(path, arrays)
    data = bytearray(path.read_bytes())
    at = data.index(arrays["0.weight"].tobytes()) + 4 * 5 + 2
    data[at] ^= 64
    path.write_bytes(bytes(data))
    changed = arrays["0.weight"].copy()
    changed.ravel().view(np.uint8)[4 * 5 + 2] ^= 64
    assert not np.array_equal(changed, arrays["0.weight"])

    module = network()
    load_weights(module, read_checkpoint(path).tensors)
    expected = network()
    load_weights(expected, dict(arrays, **{"0.weight": changed}))
    conversion = converted(module, [(1, 2, 4, 5)], tmp_path)
    for stage in (conversion.pytorch, conversion.onnx, conversion.keras, conversion.tflite):
        assert len(stage) == 3
    wanted = converted(expected, [(1, 2, 4, 5)], tmp_path)
    for (value,), (right,) in zip(conversion.tflite, wanted.pytorch):
        np.testing.assert_allclose(value, right, rtol=0, atol=1e-5 * np.abs(right).max())
