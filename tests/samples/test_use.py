"""How many samples are used for what, and what counts as told right."""
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from job.errors import BadCheckpoint
from job.parity.answers import TOGETHER, answers_of_file
from job.parity.probes import Probe, probe_counts, probes_for
from job.samples.accuracy import NO_CLASS, classes_told, number_asked
from job.samples.classes import check_labels_number_scores, number_of_scores
from job.samples.folder import spread
from job.samples.use import number_judged
from job.samples.values import SampleFile
from job.values import CheckpointFacts, Exported, TensorFacts

IMAGE = TensorFacts("image_array", "float32", (1, 3, 224, 224), (0, 2, 3, 1))
SCORES = TensorFacts("category", "float32", (2, 3), (0, 1))
STAGES = ("pytorch", "onnx", "keras", "saved_model", "tflite.float32", "tflite.dynamic", "tflite.int8")


def exported(multiply_adds, *inputs):
    return Exported(None, inputs or (IMAGE,), (SCORES,), CheckpointFacts("", "", "", 1), multiply_adds)


def samples(count):
    return tuple(Probe("sample:{}".format(number), (np.full((1, 3, 5, 4), number, np.float32),))
                 for number in range(count))


@pytest.mark.parametrize("work", [10 ** 6, 3 * 10 ** 8, 2 * 10 ** 9, 10 ** 10])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 9])
def test_each_stage_is_asked_its_seeded_probes_and_its_share_of_samples(work, count):
    small = TensorFacts("x", "float32", (1, 3, 5, 4), (0, 2, 3, 1))
    probes = probes_for((small,), work, samples(count))
    for stage in STAGES:
        names = [probe.name for probe in probes[:probe_counts(work, count)[stage]]]
        own = [name for name in names if name.startswith("sample:")]
        share = {"tflite.dynamic": 2, "tflite.int8": 1}.get(stage, 4)
        assert own == ["sample:{}".format(number) for number in range(min(count, share))]
        assert [name for name in names if name not in own] == [
            probe.name for probe in probes_for((small,), work)[:probe_counts(work)[stage]]]
    assert len(probes) == probe_counts(work, count)["pytorch"]


@pytest.mark.parametrize("work, judged", [(10 ** 8, 222), (10 ** 9, 64), (2 * 10 ** 9, 32), (10 ** 10, 16)])
def test_accuracy_costs_a_bounded_amount(work, judged):
    assert number_judged(exported(work)) == judged  # of 256 pictures of 224 x 224, 222 are 128 MiB
    assert number_judged(exported(work, IMAGE._replace(pytorch_shape=(1, 3, 4096, 4096)))) == 4


@pytest.mark.parametrize("size, classes", [(64, 4), (60, 5), (16, 4), (256, 10)])
def test_any_first_part_of_the_samples_has_some_of_every_class(size, classes):
    labels = [number * classes // size for number in range(size)]
    files = spread([SampleFile(str(number), Path(str(number)), str(label)) for number, label in enumerate(labels)])
    assert sorted(int(str(file.path)) for file in files) == list(range(size))
    for count in range(2 * classes, size + 1):
        each = Counter(file.label for file in files[:count])
        assert len(each) == classes and max(each.values()) - min(each.values()) <= 4


@pytest.mark.parametrize("shape, dtype, scores", [
    ((1, 10), "float32", 10), ((2, 10, 1, 1), "float32", 10), ((1, 10, 7, 7), "float32", 0), ((1, 1), "float32", 0),
    ((10,), "float32", 0), ((1, 10), "int64", 0)])
def test_what_holds_scores_of_classes(shape, dtype, scores):
    assert number_of_scores(TensorFacts("y", dtype, shape, tuple(range(len(shape))))) == scores


def test_labels_are_one_for_each_score():
    with pytest.raises(BadCheckpoint, match="labels: 2, and category has 3 scores"):
        check_labels_number_scores(("cat", "dog"), (SCORES,))
    boxes = TensorFacts("boxes", "float32", (1, 4), (0, 1))
    for labels, outputs in [(("cat", "dog", "owl"), (SCORES,)), ((), (SCORES,)), (("cat", "dog"), (boxes, SCORES))]:
        check_labels_number_scores(labels, outputs)


def test_what_class_rows_are_told_as():
    scores = np.array([[0, 2, 1], [3, 1, 0]], np.float32)
    assert classes_told(scores, SCORES, 2).tolist() == [1, 0]
    assert classes_told(scores, SCORES, 1).tolist() == [1]  # the second row only fills the batch
    assert classes_told(scores * np.float32(np.nan), SCORES, 2).tolist() == [NO_CLASS, NO_CLASS]
    assert classes_told(scores[:1], SCORES, 2).tolist() == [NO_CLASS, NO_CLASS]
    maps = SCORES._replace(pytorch_shape=(2, 3, 1, 1))
    assert classes_told(scores.reshape(2, 3, 1, 1), maps, 2).tolist() == [1, 0]


@pytest.mark.parametrize("stage, work, asked", [
    ("pytorch", 10 ** 10, 16), ("tflite.dynamic", 10 ** 10, 16), ("tflite.int8", 10 ** 10, 4), ("tflite.int8", 0, 16),
    ("tflite.int8-io", 2 * 10 ** 9, 8)])
def test_int8_is_asked_fewer(stage, work, asked):
    assert number_asked(stage, 16, work) == asked


def test_many_samples_are_asked_in_batches_of_a_bounded_size():
    sizes = []

    def run(x):
        sizes.append(len(x))
        return [x.mean(axis=(1, 2, 3))[:, np.newaxis]]

    one = TensorFacts("y", "float32", (1, 1), (0, 1))
    for together, expected in ((True, [TOGETHER, TOGETHER, 1]), (False, [1] * (2 * TOGETHER + 1))):
        sizes.clear()
        answers = answers_of_file(run, (IMAGE,), (one,), samples(2 * TOGETHER + 1), together)
        assert sizes == expected
        assert [float(answer[0]) for answer in answers] == list(range(2 * TOGETHER + 1))
