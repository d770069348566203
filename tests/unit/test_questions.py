"""Only an output that differs is held to the scores that it is chosen from."""
import numpy as np
import pytest

from job.axes import published
from job.parity.answers import save_answers
from job.parity.probes import Probe
from job.parity.questions import Questions
from job.values import TensorFacts

NAMES, SHAPE = ("first", "second"), (1000,)


class Done:
    def result(self):
        pass


@pytest.fixture
def judged(tmp_path):
    """Of two argmaxes over four probes, how many of the second's choices differ, and the losses that are told."""
    reference = [tuple(np.arange(1000) % 7 + probe + output for output in range(2)) for probe in range(4)]
    asked = []

    def made(differing, losses):
        def told(question, answers):
            asked.append(question.stage)
            return losses
        outputs = [TensorFacts(name, "int64", SHAPE, published(1)) for name in NAMES]
        probes = [Probe("normal-{}".format(number), (np.zeros(3, np.float32),)) for number in range(4)]
        questions = Questions(tmp_path, probes, {"pytorch": 4, "tflite.dynamic": 4}, outputs, {}, told)
        given = [(first, second.copy()) for first, second in reference]
        given[0][1][:differing] += 1
        given[0][0][:20] += 1  # few enough to pass by themselves
        for stage, answers in (("pytorch", reference), ("tflite.dynamic", given)):
            save_answers(questions.question(stage).answers, answers)
            questions.expect(stage, Done())
        return questions.judged("tflite.dynamic"), asked
    return made


def test_where_all_pass_nobody_asks(judged):
    parity, asked = judged(10, {"first": 0.9, "second": 0.9})
    assert parity.passed and not asked


def test_one_that_passes_by_itself_is_not_judged_by_scores(judged):
    parity, asked = judged(500, {"first": 0.9, "second": 0.0})
    first, second = parity.outputs
    assert asked == ["tflite.dynamic"] and first.passed and "top1_loss" not in first.metrics
    assert not second.passed and second.metrics["top1_loss"] == 0.0  # more differ than may


def test_one_that_is_no_choice_stays_what_it_was(judged):
    parity, _ = judged(500, {})
    assert not parity.passed and "top1_loss" not in parity.outputs[1].metrics
