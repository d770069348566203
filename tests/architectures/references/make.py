"""Writes references.json: what the reference implementation of each architecture has for keys and answers.

    python -m tests.architectures.references.make [NAME ...]

those named, or all; the others stay. In an environment with a current Python, torch 2.13.0, torchvision 0.28.0,
timm 1.0.31, efficientnet_pytorch 0.7.1, efficientnet_lite_pytorch 0.1.0 and pytorchcv 0.0.74, and the package
`unet` of https://github.com/milesial/Pytorch-UNet on PYTHONPATH.
"""
import sys
from typing import Sequence

import torch

from tests.architectures.references import proof, residual_rows, rows
from tests.architectures.references.rows import Reference

REFERENCES = dict(rows.REFERENCES, **residual_rows.REFERENCES)

TOLD_APART = 0.02  # of the range: below it the answers would be the biases'


def main(wanted: Sequence[str]) -> None:
    for name in wanted or REFERENCES:
        rows = dict(proof.proofs(), **{name: proof_of(REFERENCES[name])})
        proof.write({name: row for name, row in rows.items() if name in REFERENCES})
        print(name, rows[name].keys, rows[name].range, flush=True)


def proof_of(reference: Reference) -> proof.Proof:
    module = reference.build().eval()
    slots = module.state_dict()
    shapes = {key: tuple(slot.shape) for key, slot in slots.items()}
    for key, array in proof.filled(shapes, reference.gain).items():
        slots[key].copy_(torch.from_numpy(array))
    with torch.no_grad():
        answer = module(torch.from_numpy(proof.images(reference.size)))
    outputs = [output.numpy() for output in proof.flat(answer)]
    span, samples = proof.range_and_samples(outputs)
    apart = proof.difference(outputs)
    if not apart > TOLD_APART:
        raise SystemExit("two images' answers differ by {:.2g} of {:.2g}: give another gain".format(apart, span))
    return proof.Proof(
        size=list(reference.size), gain=reference.gain, slow=reference.slow, arguments=dict(reference.arguments),
        keys=len(shapes), digest=proof.digest_of(shapes), range=rounded(span),
        samples=[rounded(value) for value in samples])


def rounded(value: float) -> float:
    return float("{:.8g}".format(value))


if __name__ == "__main__":
    main(sys.argv[1:])
