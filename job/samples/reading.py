"""Samples read in a side: every file that cannot be read is named, not just the first."""
import io
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

import numpy as np

from job.errors import job_error_from_oserror
from job.parity.probes import probes_from_arrays, save_probes
from job.samples.arrays import arrays_of_npy, arrays_of_npz
from job.samples.folder import PICTURES
from job.samples.pictures import check_pictures, picture_input
from job.samples.values import CALIBRATION, STAGE, BadSample, SampleFile, bad_samples
from job.settings.preprocessing import Preprocess
from job.values import TensorFacts

Inputs = Sequence[TensorFacts]
MOST_BYTES = 2 ** 28  # of a picture's file


def read_samples(files: Sequence[SampleFile], inputs: Inputs, preprocess: Optional[Preprocess],
                 target: Path) -> Tuple[int, ...]:
    """Writes the samples as probes; returns how many rows of each are its own, the others repeat it.

    Raises BadCheckpoint that names each file that is no sample of these inputs.
    """
    _check_settings(files, inputs, preprocess, STAGE)
    samples, rows, problems = [], [], []  # type: List[Sequence[np.ndarray]], List[int], List[str]
    for file in files:
        try:
            arrays = _arrays(file, inputs, preprocess)
        except BadSample as bad:
            problems.append("{} {}".format(file.name, bad))
            continue
        samples.append([_as_batch(array, facts) for array, facts in zip(arrays, inputs)])
        rows.append(max(_own_rows(array, facts) for array, facts in zip(arrays, inputs)))
    if problems:
        raise bad_samples(problems, hint="mend these files, or take them out of the folder: models are judged by them")
    save_probes(target, probes_from_arrays(samples, [file.name for file in files]))
    return tuple(rows)


def read_calibration(files: Sequence[SampleFile], inputs: Inputs, preprocess: Optional[Preprocess],
                     target: Path) -> Tuple[str, ...]:
    """Writes each sample to a file of its own in the folder `target`, so that one at a time takes memory.

    Returns a sentence for each that is no sample of these inputs.
    """
    _check_settings(files, inputs, preprocess, CALIBRATION)
    problems = []
    for number, file in enumerate(files):
        try:
            arrays = _arrays(file, inputs, preprocess)
        except BadSample as bad:
            problems.append("{} {}".format(file.name, bad))
            continue
        sample = [_as_batch(array, facts) for array, facts in zip(arrays, inputs)]
        save_probes(target / "{:06}.npz".format(number), probes_from_arrays([sample], [file.name], CALIBRATION))
    return tuple(problems)


def _check_settings(files: Sequence[SampleFile], inputs: Inputs, preprocess: Optional[Preprocess], stage: str) -> None:
    """What holds for all pictures is said once."""
    pictures = [file.name for file in files if _is_picture(file)]
    if not pictures:
        return
    if preprocess is None:
        raise bad_samples(["nothing says how a picture such as {} becomes an input".format(pictures[0])],
                          hint="--preprocess='{mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}', or save "
                               "the inputs themselves as .npy", stage=stage)
    try:
        check_pictures(tuple(inputs), preprocess)
    except BadSample as bad:
        raise bad_samples(["{}: {}".format(pictures[0], bad)],
                          hint="correct --preprocess or --input-shape, or save the inputs themselves as .npy "
                               "(several inputs: .npz)", stage=stage) from bad


def _arrays(file: SampleFile, inputs: Inputs, preprocess: Optional[Preprocess]) -> Sequence[np.ndarray]:
    """One array an input. Raises BadSample where a decoder stumbles, JobError where the disk fails."""
    try:
        with open(str(file.path), "rb") as stream:
            if _is_picture(file):
                return [picture_input(_content(stream), inputs[0], preprocess)]
            read = arrays_of_npz if file.name.lower().endswith(".npz") else arrays_of_npy
            return read(stream, inputs)
    except BadSample:
        raise
    except Exception as error:  # decoders raise of every kind, AttributeError and struct.error among them
        if isinstance(error, OSError) and error.errno:
            raise job_error_from_oserror(error, "reading the sample {}".format(file.name)) from error
        raise BadSample("cannot be read: {}".format(str(error).strip() or type(error).__name__)) from error


def _content(stream: io.BufferedReader) -> bytes:
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadSample("is larger than {} MiB".format(MOST_BYTES >> 20))
    return content


def _is_picture(file: SampleFile) -> bool:
    return file.name.lower().endswith(PICTURES)


def _own_rows(array: np.ndarray, facts: TensorFacts) -> int:
    return array.shape[0] if array.shape == facts.pytorch_shape else 1


def _as_batch(array: np.ndarray, facts: TensorFacts) -> np.ndarray:
    """A single item is repeated until the batch is full."""
    if array.shape == facts.pytorch_shape:
        return array
    item = array.reshape((1,) + facts.pytorch_shape[1:])
    return np.ascontiguousarray(np.repeat(item, facts.pytorch_shape[0], axis=0))
