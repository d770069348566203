"""What skl2onnx writes around networks and for linear models: ONNX Runtime answers alike, or it is refused by name."""
import numpy as np
import onnxruntime
import pytest
from onnx import helper

from job.errors import UnsupportedModel
from job.onnx_model.reading import graph_of, open_onnx
from job.onnx_model.runtime import run_graph
from tests.onnx_backend.small_models import model

X = np.random.RandomState(0).randn(3, 4).astype(np.float32)
X[1] = 0
WEIGHTS = [float(each) for each in np.random.RandomState(1).randn(12)]
SCORES = dict(coefficients=WEIGHTS, intercepts=WEIGHTS[:3], classlabels_ints=[7, 2, 5])


def file_of(op, attributes, outputs=1, constants={}, opset=13):
    node = helper.make_node(op, ["x"] + list(constants), ["y{}".format(place) for place in range(outputs)], domain="ai.onnx.ml",
                            **attributes)
    made = model([node], {"x": X.shape}, list(node.output), opset, constants)
    made.opset_import.add(domain="ai.onnx.ml", version=1)
    for output in made.graph.output:
        output.ClearField("type")
    return made.SerializeToString()


def graph(data):
    file = open_onnx(data, None)
    return graph_of(file, {}, ("x",), tuple("out_" + name for name in file.graph.outputs))[0]


@pytest.mark.parametrize("op, attributes, outputs, constants", [
    ("Scaler", {"offset": WEIGHTS[:4], "scale": WEIGHTS[4:8]}, 1, {}), ("Scaler", {"offset": [0.5], "scale": [2.0]}, 1, {}),
    ("Normalizer", {"norm": "L1"}, 1, {}), ("Normalizer", {"norm": "L2"}, 1, {}), ("Binarizer", {"threshold": 0.2}, 1, {}),
    ("ArrayFeatureExtractor", {}, 1, {"i": np.array([[2, 0]])}),
    ("LinearRegressor", {"coefficients": WEIGHTS, "intercepts": WEIGHTS[:3], "targets": 3}, 1, {}),
    ("LinearRegressor", {"coefficients": WEIGHTS[:4]}, 1, {}),
    ("LinearClassifier", SCORES, 2, {}), ("LinearClassifier", dict(SCORES, post_transform="SOFTMAX"), 2, {}),
    ("LinearClassifier", dict(SCORES, post_transform="LOGISTIC", multi_class=1), 2, {})], ids=str)
def test_answers_as_the_file_does(op, attributes, outputs, constants):
    data = file_of(op, attributes, outputs, constants)
    expected = onnxruntime.InferenceSession(data).run(None, {"x": X})
    for found, each in zip(run_graph(graph(data), [X]), expected):
        assert found.dtype == each.dtype and found.shape == each.shape
        assert np.allclose(found, each, atol=1e-6)


def test_the_label_of_a_place():
    """As a network's own classifier ends."""
    nodes = [helper.make_node("ArgMax", ["x"], ["i"], axis=1),
             helper.make_node("ArrayFeatureExtractor", ["labels", "i"], ["y"], domain="ai.onnx.ml")]
    made = model(nodes, {"x": X.shape}, ["y"], 13, {"labels": np.array([30, 10, 20, 50], np.int32)})
    made.opset_import.add(domain="ai.onnx.ml", version=1)
    made.graph.output[0].ClearField("type")
    expected, = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"x": X})
    found, = run_graph(graph(made.SerializeToString()), [X])
    assert found.shape == expected.shape == (1, 3) and np.array_equal(found, expected) and len(set(found[0])) > 1


@pytest.mark.parametrize("op, attributes, words", [
    ("Normalizer", {"norm": "MAX"}, "attribute norm=MAX"), ("LinearRegressor", {"post_transform": "PROBIT"}, "=PROBIT"),
    ("LinearClassifier", dict(SCORES, post_transform="SOFTMAX_ZERO"), "post_transform=SOFTMAX_ZERO"),
    ("LinearClassifier", dict(SCORES, coefficients=WEIGHTS[:4]), "of two classes that share one sum"),
    ("LinearClassifier", {"coefficients": WEIGHTS, "classlabels_strings": ["a"]}, "with labels that are texts"),
    ("ZipMap", {}, "export with options={'zipmap': False}"),
    ("TreeEnsembleClassifier", {}, "operator TreeEnsembleClassifier of the domain ai.onnx.ml at y0")], ids=str)
def test_refused_by_name(op, attributes, words):
    with pytest.raises(UnsupportedModel) as refusal:
        graph(file_of(op, attributes))
    assert words in refusal.value.message


def test_an_older_opset_has_none_of_it():
    with pytest.raises(UnsupportedModel, match="operator Scaler of the domain ai.onnx.ml"):
        graph(file_of("Scaler", {"offset": [0.0], "scale": [1.0]}, opset=9))
    with pytest.raises(UnsupportedModel, match="operator ai.onnx.ml.Scaler"):
        graph(model([helper.make_node("ai.onnx.ml.Scaler", ["x"], ["y"])], {"x": X.shape}, ["y"], 13).SerializeToString())
