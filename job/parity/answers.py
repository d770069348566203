"""What a stage answers to the probes: per probe, one array per output, in PyTorch's axis order."""
from pathlib import Path
from typing import Callable, Sequence, Tuple

import numpy as np

from job.axes import inverse
from job.parity.arrays import save_arrays
from job.parity.probes import Probe
from job.values import TensorFacts

Answer = Tuple[np.ndarray, ...]
TOGETHER = 8  # probes in one batch: samples may be many, and each takes memory
Run = Callable[..., Sequence[np.ndarray]]  # one array an input, in the layout of the file -> one an output


def answers_of_file(run: Run, inputs: Sequence[TensorFacts], outputs: Sequence[TensorFacts],
                    probes: Sequence[Probe], together: bool) -> Tuple[Answer, ...]:
    """Asks a published model. `together` sends up to TOGETHER probes as one batch: any will do."""
    questions = [[array.transpose(facts.permutation) for array, facts in zip(probe.inputs, inputs)]
                 for probe in probes]
    size = TOGETHER if together else 1
    answers = [answer for first in range(0, len(questions), size)
               for answer in _answers_to(run, questions[first:first + size])]
    return tuple(tuple(array.transpose(inverse(facts.permutation)) if array.ndim == len(facts.permutation) else array
                       for array, facts in zip(answer, outputs)) for answer in answers)


def _answers_to(run: Run, questions: Sequence[Sequence[np.ndarray]]) -> Sequence[Sequence[np.ndarray]]:
    """One answer for each question, all of which are asked as one batch."""
    if len(questions) == 1:
        return [run(*questions[0])]
    stacked = run(*(np.concatenate(arrays) for arrays in zip(*questions)))
    return list(zip(*(_split(array, len(questions)) for array in stacked)))


def _split(array: np.ndarray, count: int) -> Sequence[np.ndarray]:
    """One piece for each probe; an output that did not grow with the batch is no answer to any of them."""
    if array.ndim == 0 or array.shape[0] % count:
        return [array] * count
    return np.split(array, count)


def save_answers(file: Path, answers: Sequence[Sequence[np.ndarray]]) -> None:
    arrays = {"{}.{}".format(p, o): array for p, answer in enumerate(answers) for o, array in enumerate(answer)}
    save_arrays(file, arrays)


def load_answers(file: Path) -> Tuple[Answer, ...]:
    with np.load(str(file), allow_pickle=False) as stored:
        places = sorted(tuple(map(int, key.split("."))) for key in stored.files)
        count = places[-1][0] + 1 if places else 0
        return tuple(tuple(stored["{}.{}".format(p, o)] for probe, o in places if probe == p) for p in range(count))
