"""What a stage answers to the probes: per probe, one array per output, in PyTorch's axis order."""
from pathlib import Path
from typing import Callable, Sequence, Tuple

import numpy as np

from job.axes import inverse
from job.parity.probes import Probe
from job.values import TensorFacts

Answer = Tuple[np.ndarray, ...]
Run = Callable[..., Sequence[np.ndarray]]  # one array an input, in the layout of the file -> one an output


def answers_of_file(run: Run, inputs: Sequence[TensorFacts], outputs: Sequence[TensorFacts],
                    probes: Sequence[Probe], together: bool) -> Tuple[Answer, ...]:
    """Asks a published model. `together` sends all probes as one batch, which shows that any batch will do."""
    questions = [[array.transpose(facts.permutation) for array, facts in zip(probe.inputs, inputs)]
                 for probe in probes]
    if together:
        stacked = run(*(np.concatenate(arrays) for arrays in zip(*questions)))
        answers = list(zip(*(_split(array, len(probes)) for array in stacked)))
    else:
        answers = [run(*arrays) for arrays in questions]
    return tuple(tuple(array.transpose(inverse(facts.permutation)) if array.ndim == len(facts.permutation) else array
                       for array, facts in zip(answer, outputs)) for answer in answers)


def _split(array: np.ndarray, count: int) -> Sequence[np.ndarray]:
    """One piece for each probe; an output that did not grow with the batch is no answer to any of them."""
    if array.ndim == 0 or array.shape[0] % count:
        return [array] * count
    return np.split(array, count)


def save_answers(file: Path, answers: Sequence[Sequence[np.ndarray]]) -> None:
    arrays = {"{}.{}".format(p, o): array for p, answer in enumerate(answers) for o, array in enumerate(answer)}
    with file.open("wb") as target:
        np.savez(target, **arrays)


def load_answers(file: Path) -> Tuple[Answer, ...]:
    with np.load(str(file), allow_pickle=False) as stored:
        places = sorted(tuple(map(int, key.split("."))) for key in stored.files)
        count = places[-1][0] + 1 if places else 0
        return tuple(tuple(stored["{}.{}".format(p, o)] for probe, o in places if probe == p) for p in range(count))
