"""Report documents: fixed keys, valid by their schemas, the same bytes for the same facts."""
import json

import jsonschema
import numpy as np
import pytest

from job.errors import ParityFailed, UnsupportedModel
from job.parity.gate import first_drift, judge
from job.parity.probes import make_probes
from job.parity.reference import judge_reference
from job.parity.tolerance import tolerance_for
from job.report.comparison import Version, compared
from job.report.documents import json_bytes, schema
from job.report.interface import interface, layout
from job.report.parity import failure_from_drift, failure_from_error, parity_report
from job.report.run import run_report, summary
from job.values import CheckpointFacts, LayerNoise, Model, Outcome, TensorFacts, Unusual

IMAGE = TensorFacts("image_array", "float32", (1, 3, 20, 28), (0, 2, 3, 1))
CATEGORY = TensorFacts("category", "float32", (1, 10), (0, 1))
CHECKPOINT = CheckpointFacts("0" * 64, "torch-zip", "resnet18", 11689512, ("float16 weights became float32",))
SETTINGS = {"quantize": ("dynamic",), "input_shape": {"image_array": (1, 3, 20, 28)}}
VERSIONS = {"torch": "1.1.0", "job": "abc"}
PROBES = make_probes((IMAGE,), 4)
NAMES = tuple(probe.name for probe in PROBES)
PARITY_KEYS = [
    "verdict", "first_failure", "stages", "warnings", "probes", "accuracy", "calibration", "float_operators", "spared_layers",
    "settings", "versions", "multiply_adds", "checkpoint",
]


def check(name, document):
    """What a reader gets from the bytes, once valid."""
    read = json.loads(json_bytes(document).decode("utf-8"))
    jsonschema.validate(read, schema(name), cls=jsonschema.Draft7Validator)
    return read


def answers():
    return [(np.random.RandomState(seed).randn(1, 10).astype(np.float32),) for seed in range(4)]


def stages(given=None):
    judged = judge("keras", ("category",), answers(), given or answers(), tolerance_for("keras"), NAMES)
    return (judge_reference(("category",), answers()), judged)


def report(*args, **more):
    return parity_report(stages(*args), PROBES, CHECKPOINT, SETTINGS, VERSIONS, **more)


@pytest.mark.parametrize("name", ["parity", "interface", "summary", "run"])
def test_schemas_are_draft_7(name):
    assert schema(name)["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema(name))


def test_warnings_of_what_passed():
    error = Unusual("keras", "category", 3e-5, 2.23606797e-06, "keras: output `category` is within the limits, but ...")
    read = check("parity", report(warnings=[error]))
    assert read["verdict"] == "passed"
    assert read["warnings"] == [dict(error._asdict(), usual=2.24e-06)]


def test_passed_report():
    read = check("parity", report())
    assert list(read) == PARITY_KEYS
    assert read["verdict"] == "passed" and read["first_failure"] is None and read["accuracy"] is None
    assert [stage["stage"] for stage in read["stages"]] == ["pytorch", "keras"]
    assert read["stages"][1]["outputs"][0]["tolerance"]["max_error_of_range"] == 1e-4
    assert [probe["name"] for probe in read["probes"]] == list(NAMES)
    assert read["checkpoint"]["architecture"] == "resnet18"


def test_equal_facts_give_equal_bytes():
    mirrored = dict(reversed(list(SETTINGS.items())))
    again = parity_report(stages(), PROBES, CHECKPOINT, mirrored, dict(reversed(list(VERSIONS.items()))))
    assert json_bytes(again) == json_bytes(report())


@pytest.mark.parametrize("value", [np.nan, np.inf, 7.0])
def test_failed_report_names_stage_output_and_layer(value):
    given = answers()
    given[1][0][0, 4] = value
    drift = first_drift(stages(given))._replace(layer="fc")
    read = check("parity", report(given, first_failure=failure_from_drift(drift)))
    assert read["verdict"] == "failed"
    failure = read["first_failure"]
    assert (failure["stage"], failure["output"], failure["layer"]) == ("keras", "category", "fc")
    assert failure["exit_code"] == ParityFailed.exit_code and failure["hint"]
    output = read["stages"][1]["outputs"][0]
    assert not output["passed"] and output["reasons"] and output["worst"]["index"] == [0, 4]


def test_failed_report_ranks_the_layers_of_a_quantised_stage():
    noise = (LayerNoise("fc", "FULLY_CONNECTED", 3.1, 20.5, 4.25), LayerNoise("relu", "ADD", 7.0, 300.0, None))
    drift = first_drift(stages([(-x,) for x, in answers()]))._replace(stage="tflite.int8", noise=noise)
    failure = check("parity", report([(-x,) for x, in answers()], first_failure=failure_from_drift(drift)))["first_failure"]
    assert failure["noise"] == [
        {"layer": "fc", "operator": "FULLY_CONNECTED", "snr_db": 3.1, "own_snr_db": 20.5, "output_snr_db": 4.25},
        {"layer": "relu", "operator": "ADD", "snr_db": 7.0, "own_snr_db": 300.0, "output_snr_db": None}]


def test_operators_that_stay_float_are_named_by_stage():
    read = check("parity", report(float_operators={"tflite.int8": {"SUM": 1, "MEAN": 2}}, multiply_adds=12))
    assert read["float_operators"] == {"tflite.int8": {"MEAN": 2, "SUM": 1}} and read["multiply_adds"] == 12


def test_failed_report_of_a_stage_that_could_not_be_compared():
    judged = judge("keras", ("category",), answers(), [], tolerance_for("keras"), NAMES)
    failure = failure_from_drift(first_drift([judged]))
    read = check("parity", parity_report([judged], PROBES, CHECKPOINT, {}, {}, failure))
    assert read["first_failure"]["message"].endswith("answered 0 of 4 probes")


def test_failed_report_of_a_conversion_that_was_refused():
    error = UnsupportedModel(["Loop at node 3", "NonZero at node 9"], hint="rewrite them")
    read = check("parity", parity_report([], [], None, {}, VERSIONS, failure_from_error(error)))
    assert read["first_failure"]["exit_code"] == 4
    assert read["first_failure"]["message"] == "not supported: Loop at node 3; NonZero at node 9"


@pytest.mark.parametrize(
    "judged", [(), (judge("keras", (), [], [], {}),), stages([(-x,) for x, in answers()])]
)
def test_no_success_is_reported_without_stages_that_passed(judged):
    with pytest.raises(ValueError):
        parity_report(judged, PROBES, CHECKPOINT, {}, {})


@pytest.mark.parametrize("spoil", [
    lambda read: read.update(verdict="failed"),
    lambda read: read["stages"][1].update(passed=False),
    lambda read: read["stages"][1]["outputs"][0].update(passed=False),
    lambda read: read["stages"][1]["outputs"][0].update(nan=1),
    lambda read: read["stages"][1]["outputs"][0].pop("tolerance"),
    lambda read: read.update(stages=[]),
    lambda read: read.update(probes=[]),
    lambda read: read.pop("versions"),
    lambda read: read["checkpoint"].update(sha256="x"),
])
def test_the_parity_schema_refuses_contradictions(spoil):
    read = check("parity", report())
    spoil(read)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read, schema("parity"), cls=jsonschema.Draft7Validator)


def test_nan_never_reaches_a_file():
    with pytest.raises(ValueError):
        json_bytes({"figure": float("nan")})


def model(mode, batch, **more):
    file = "saved_model/1" if mode == "saved_model" else "net.{}.tflite".format(mode)
    image = {"name": "image_array", "dtype": "float32", "shape": (batch, 20, 28, 3), "quantization": None}
    category = {"name": "category", "dtype": "float32", "shape": (batch, 10), "quantization": None}
    return Model(file, mode, 1000, 77, 5, {"PAD": 5, "CONV_2D": 72}, (dict(image, **more),), (category,))


def test_interface():
    models = (model("saved_model", -1), model("float32", 1))
    read = check("interface", interface((IMAGE,), (CATEGORY,), models, labels=("cat", "dog")))
    image = read["inputs"][0]
    assert image == {
        "name": "image_array", "dtype": "float32", "shape": [1, 20, 28, 3], "pytorch_shape": [1, 3, 20, 28],
        "permutation": [0, 2, 3, 1], "layout": "NHWC", "quantization": None,
    }
    x = np.zeros(image["pytorch_shape"])
    assert list(x.transpose(image["permutation"]).shape) == image["shape"]
    saved_model = read["files"]["saved_model/1"]
    assert saved_model["batch"]["size"] == "any" and saved_model["inputs"][0]["shape"] == [None, 20, 28, 3]
    tflite = read["files"]["net.float32.tflite"]
    assert tflite["batch"]["size"] == 1 and "--input-shape" in tflite["batch"]["reason"]
    assert tflite["outputs"][0]["shape"] == [1, 10] and tflite["operators"] == {"CONV_2D": 72, "PAD": 5}
    assert read["labels"] == ["cat", "dog"] and read["preprocess"] is None


def test_interface_has_each_files_own_type_and_quantisation():
    quantization = {"scale": 0.02, "zero_point": 3}
    read = check("interface", interface(
        (IMAGE,), (CATEGORY,), (model("int8", 1, dtype="uint8", quantization=quantization),),
        preprocess={"size": [20, 28], "mean": [0.5], "std": [0.5]},
    ))
    own = read["files"]["net.int8.tflite"]["inputs"][0]
    assert own["dtype"] == "uint8" and own["quantization"] == quantization
    assert read["inputs"][0]["dtype"] == "float32" and read["preprocess"]["size"] == [20, 28]


def test_interface_says_why_a_batch_is_fixed():
    document = interface((IMAGE,), (CATEGORY,), (model("saved_model", 1),), "Reshape at node 7")
    read = check("interface", document)
    assert read["files"]["saved_model/1"]["batch"] == {"size": 1, "reason": "Reshape at node 7"}


@pytest.mark.parametrize("name", ["image", "category"])
def test_interface_refuses_a_file_with_other_names(name):
    with pytest.raises(ValueError, match="net.float32.tflite has the tensors"):
        interface((IMAGE,), (CATEGORY,), (model("float32", 1, name=name),))


@pytest.mark.parametrize("permutation, words", [
    ((0, 2, 3, 1), "NHWC"), ((0, 1, 2, 3), "NCHW"), ((0, 2, 3, 4, 1), "NDHWC"), ((0, 1), "as in PyTorch"),
    ((0, 2, 1), "permuted"), ((), "as in PyTorch"),
])
def test_layout_in_words(permutation, words):
    assert layout(permutation) == words


def test_run_report_compares_with_the_last_version():
    before = Version(report(), interface((IMAGE,), (CATEGORY,), (model("float32", 1),)))
    now = before._replace(parity=report([(x + np.float32(1e-5),) for x, in answers()]))
    document = run_report("2020-01-02T03:04:05Z", {"export": 0.61234}, 10 ** 9, {"cpus": 2}, compared(before, now))
    read = check("run", document)
    assert (read["seconds"], read["peak_memory_bytes"]) == ({"export": 0.612}, 10 ** 9)
    row = read["comparison"]["outputs"][0]
    assert row["stage"] == "keras"
    assert row["before"]["max_error_of_range"] == 0 < row["now"]["max_error_of_range"]


def test_a_first_run_has_nothing_to_compare_with():
    check("run", run_report("2020-01-02T03:04:05.678Z", {}, 0, {}))
    failed = Version(parity_report([], [], None, {}, {}, failure_from_error(UnsupportedModel(["Loop"]))), {"files": {}})
    now = Version(report(), interface((IMAGE,), (CATEGORY,), (model("float32", 1),)))
    read = check("run", run_report("2020-01-02T03:04:05Z", {}, 0, {}, compared(failed, now)))
    assert read["comparison"]["outputs"][0]["before"] is None and not read["comparison"]["same_checkpoint"]


def test_summary_has_a_row_per_checkpoint_by_name():
    rows = [Outcome("b", "failed", 6, "keras", "differs"), Outcome("a", "converted", 0, "", "")]
    read = check("summary", summary(rows, 6))
    assert [row["name"] for row in read["checkpoints"]] == ["a", "b"]
    assert list(read["checkpoints"][0]) == ["name", "outcome", "exit_code", "stage", "message"]
    assert read["exit_code"] == 6 and "run_id" not in read
    assert check("summary", summary(rows, 6, "tonight"))["run_id"] == "tonight"
    with pytest.raises(jsonschema.ValidationError):
        check("summary", summary([Outcome("b", "failed", 0, "keras", "differs")], 0))
