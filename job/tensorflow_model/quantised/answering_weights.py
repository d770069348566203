"""Weights as whole numbers that answer like the exact ones, rather than that are nearest to them.

    error = (rounded - exact) * moments * (rounded - exact)

`moments` say how what the weights are multiplied with goes together. They are rounded one after another, and those still
exact make good what rounding has changed.

After Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, 2022.
"""
import numpy as np

_TOGETHER = 64  # weights whose changes reach those behind them at once
_LEAST_OWN = 0.01


def answering_weights(exact: np.ndarray, rows: np.ndarray, most: int) -> np.ndarray:
    """`exact` is [layers, out, in] in steps, `rows` of what it is multiplied with [layers, rows, in].

    The same shape in whole numbers, none beyond `most`.
    """
    left, rounded = exact.copy(), np.empty_like(exact)
    passed_on = _passed_on(rows)
    size = exact.shape[-1]
    for start in range(0, size, _TOGETHER):
        end = min(start + _TOGETHER, size)
        errors = np.empty(exact.shape[:-1] + (end - start,))
        for each in range(start, end):
            rounded[..., each] = np.clip(np.round(left[..., each]), -most, most)
            errors[..., each - start] = left[..., each] - rounded[..., each]
            left[..., each + 1:end] -= errors[..., each - start, np.newaxis] * passed_on[..., np.newaxis, each, each + 1:end]
        left[..., end:] -= np.matmul(errors, passed_on[..., start:end, end:])
    return rounded


def _passed_on(rows: np.ndarray) -> np.ndarray:
    """[layers, in, in]: what each weight behind takes of a change in one, so that answers change least; ones on the diagonal.

    Rows of the upper Cholesky factor of the inverse moments.
    """
    lower = np.linalg.cholesky(_moments(rows)[..., ::-1, ::-1])
    upper = np.linalg.inv(lower[..., ::-1, ::-1])
    return upper / np.einsum("...ii->...i", upper)[..., np.newaxis]


def _moments(rows: np.ndarray) -> np.ndarray:
    """With more of each weight's own, the fewer rows there are: what they do not show is not taken for nothing."""
    count, size = rows.shape[-2:]
    moments = np.matmul(rows.swapaxes(-1, -2), rows)
    own = np.einsum("...ii->...i", moments).mean(axis=-1) * max(_LEAST_OWN, size / count)
    return moments + np.where(own > 0, own, 1)[..., np.newaxis, np.newaxis] * np.eye(size)
