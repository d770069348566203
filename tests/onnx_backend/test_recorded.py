"""Models of opset 21 and later answer as onnx's reference does: as read, in Keras and in TensorFlow Lite."""
import numpy as np
import pytest

from job.onnx_model.passes import canonical
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.judging import answers_of, differences
from tests.onnx_backend.recorded.read_recorded import recorded

RECORDED = recorded()


@pytest.mark.parametrize("each", RECORDED, ids=lambda each: each.name)
def test_answers_as_they_did_there(each, tmp_path):
    file = open_onnx(each.model, tmp_path)
    assert file.opset > 20
    graph, notes = graph_of(file, {}, tuple("in_{}".format(place) for place in range(len(each.inputs))),
                            tuple("out_{}".format(place) for place in range(len(each.outputs))))
    told = [note for note in notes if "which branch of the If" not in note]
    assert told[:2] == (["bfloat16 weights became float32, exactly", "bfloat16 inputs became float32"]
                        if each.name.startswith("bfloat16") else [])
    for read in (graph, canonical(graph)):
        for found, expected in zip(run_graph(read, each.inputs), each.outputs):
            assert found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("each", RECORDED, ids=lambda each: each.name)
def test_converts_to_the_same(each, tmp_path):
    answers, _ = answers_of(each.model, each.inputs, tmp_path)
    assert [stage for stage, _ in answers] and not [
        problem for stage, values in answers for problem in differences(stage, each.outputs, values)]
