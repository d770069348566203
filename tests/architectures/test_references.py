"""Each architecture against its reference implementation: the same keys and shapes, and the same answers.

references/make.py computes the other side, in a current PyTorch.
"""
import numpy as np
import pytest
import torch

from job.architectures.build import build
from job.architectures.load import load_weights
from tests.architectures.references import proof

PROOFS = proof.proofs()
TOLERANCE = 1e-5  # of the range of the reference's answers


def parameters():
    for name, row in sorted(PROOFS.items()):
        yield pytest.param(name, marks=[pytest.mark.slow] if row.slow else [])


@pytest.mark.parametrize("name", parameters())
def test_keys_shapes_and_answers_are_the_reference_implementations(name):
    row = PROOFS[name]
    module = build(proof.architecture_of(name), row.arguments)
    shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
    assert (len(shapes), proof.digest_of(shapes)) == (row.keys, row.digest)
    load_weights(module, proof.filled(shapes, row.gain))
    with torch.no_grad():
        outputs = [output.numpy() for output in proof.flat(module(torch.from_numpy(proof.images(row.size))))]
    span, samples = proof.range_and_samples(outputs)
    assert abs(span - row.range) <= TOLERANCE * row.range
    assert np.abs(samples - row.samples).max() <= TOLERANCE * row.range
