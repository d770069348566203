"""int8 files from float32 ones: close to them, such as the interpreter of 1.14 takes, and equal each time."""

import numpy as np
import pytest
import tensorflow as tf
from current_runtime import current_answers
from int8_files import MAP, float32_of, quantised, samples
from small_models import inputs_for, two_by_two_graph

from job.errors import BadCheckpoint
from job.tensorflow_model.describe import describe_tflite
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite, parse_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes
from job.tensorflow_model.freeze import frozen_graph
from job.tensorflow_model.quantised.int8_ends import with_int8_ends
from job.tensorflow_model.quantised.int8_plan import Plan
from job.tensorflow_model.quantised.int8_scales import numbers_in, scale_of
from job.tensorflow_model.quantised.int8_writing import int8_file
from job.tensorflow_model.quantised.ranges import Range, ranges_of
from job.tensorflow_model.quantised.uint8_ends import with_uint8_ends
from job.tensorflow_model.runners import TFLiteRunner
from job.tensorflow_model.tflite import write_tflite

OF_RANGE = 0.03
RANDOM = np.random.RandomState(5)
KERNEL = RANDOM.randn(3, 3, 6, 8).astype(np.float32)
DEPTHWISE = RANDOM.randn(3, 3, 6, 1).astype(np.float32)
MANY = RANDOM.rand(504, 5).astype(np.float32) * np.float32([1, -1, 2, -2, 0.5])
TABLE = RANDOM.randn(64, 32).astype(np.float32)
ROW = RANDOM.randn(9, 1).astype(np.float32)


def convolved(x):
    return tf.nn.conv2d(x, tf.constant(KERNEL), [1, 1, 1, 1], "SAME")


def depthwise(x):
    made = tf.nn.depthwise_conv2d(x, tf.constant(DEPTHWISE), [1, 1, 1, 1], "SAME")
    return tf.nn.relu6(made + tf.constant(np.arange(6, dtype=np.float32)))


def dead_channels(x):
    kernel = DEPTHWISE * np.float32([1, 0, 1e-12, 2, 1e-9, 1]).reshape(1, 1, 6, 1)
    made = tf.nn.depthwise_conv2d(x, tf.constant(kernel), [1, 1, 1, 1], "SAME")
    return tf.nn.relu(made + tf.constant(np.float32([1, 5, 4, 3, 6, 2])))


def padded_max_pool(x):
    lowest = float(np.finfo(np.float32).min)
    padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=lowest)
    return tf.nn.max_pool2d(padded, [3, 3], [1, 1], "VALID")


def few_channels(x, count):
    return tf.nn.depthwise_conv2d(x[:, :, :, :count], tf.constant(DEPTHWISE[:, :, :count]), [1, 1, 1, 1], "SAME")


def looked_up(x, table):
    return tf.gather(tf.constant(table), tf.cast(tf.abs(x[0, 0, :, 0]) * 9, tf.int32))


def both_read(x):
    y = convolved(x)
    return convolved(y[:, :, :, :6]) - tf.reduce_sum(tf.abs(y), 3, keepdims=True)


_INDICES = {"ABS": 1, "CAST": 1, "MUL": 1, "STRIDED_SLICE": 1}  # how they are computed
NETWORKS = {
    "conv": (convolved, {}),
    "depthwise": (depthwise, {}),
    "one number": (lambda x: tf.reduce_mean(convolved(x), [1, 2]) * 0.3 + 2.5, {}),
    "dead channels": (dead_channels, {}),
    "mean of a map": (lambda x: tf.reduce_mean(convolved(x), [1, 2]), {}),
    "mean of rows": (lambda x: tf.reduce_mean(convolved(x), 1), {"MEAN": 1}),
    "mean of means": (lambda x: tf.reduce_mean(tf.reduce_mean(convolved(x), 2), 1), {}),
    "logarithms of shares, below -16 too": (lambda x: tf.nn.log_softmax(convolved(x)), {"LOG_SOFTMAX": 1}),
    "rows of a table": (lambda x: looked_up(x, TABLE), _INDICES),
    "rows of a table that float reads": (lambda x: tf.abs(looked_up(x, TABLE)), dict(_INDICES, ABS=2)),
    "rows of a table that a layer reads": (lambda x: looked_up(x, TABLE) @ tf.constant(MANY[:32]), _INDICES),
    "rows of a small table": (lambda x: looked_up(x, TABLE[:, :15]) @ tf.constant(MANY[:15]), dict(_INDICES, GATHER=1)),
    "minimum": (lambda x: tf.minimum(convolved(x), 1.25), {"MINIMUM": 1}),
    "a row times a map": (lambda x: convolved(x) * tf.pad(tf.constant(ROW), [[0, 0], [0, 0]]), {"MUL": 1}),
    "max pool of negative": (lambda x: padded_max_pool(convolved(x) - 9), {}),
    "max pool of positive": (lambda x: padded_max_pool(convolved(x) + 9), {}),
    "max pools": (lambda x: padded_max_pool(padded_max_pool(convolved(x) + 9) - 20), {}),
    "max pool of a float map": (lambda x: padded_max_pool(tf.minimum(convolved(x), 9.0)),
                                {"MAX_POOL_2D": 1, "MINIMUM": 1, "PADV2": 1}),
    "parts": (lambda x: tf.concat(tf.split(convolved(x), 2, 3)[::-1], 3), {}),
    "an input that both read": (lambda x: tf.exp(x) + tf.reduce_mean(convolved(x), [1, 2, 3], keepdims=True),
                                {"ADD": 1, "EXP": 1, "MEAN": 1}),
    "a map that both read": (both_read, {"ABS": 1, "SUM": 1, "SUB": 1}),
    "a layer after float": (lambda x: convolved(tf.abs(x)), {"ABS": 1}),
    "float behind a move": (lambda x: tf.abs(tf.transpose(convolved(x), [0, 3, 1, 2])), {"ABS": 1}),
    "joined in three scales": (
        lambda x: convolved(tf.concat([x[:, :, :, :2], convolved(x)[:, :, :, :3] * 9, x[:, :, :, 2:3]], 3)), {}),
    "one channel": (lambda x: few_channels(convolved(x), 1), {}),
    "two channels": (lambda x: few_channels(convolved(x), 2), {"DEPTHWISE_CONV_2D": 1}),
    "four channels": (lambda x: few_channels(convolved(x), 4), {}),
    "a layer that reads a map at once": (
        lambda x: tf.reshape(tf.nn.relu(convolved(x)), [1, -1]) @ tf.constant(MANY), {}),
    "weights in two layers": (lambda x: convolved(convolved(x)[:, :, :, :6] * 0.1), {}),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_answers_as_the_float_file_does(name, tmp_path):
    build, in_float = NETWORKS[name]
    float32 = float32_of(build, tmp_path)
    (tmp_path / "m.int8.tflite").write_bytes(tflite_bytes(quantised(float32)))
    described = describe_tflite(tmp_path, "m.int8.tflite", "int8")
    assert described.float_operators == in_float
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "m.int8.tflite") as run:
        for sample in samples():
            expected, answer = wanted(*sample)[0], run(*sample)[0]
            assert answer.dtype == np.float32 and answer.shape == expected.shape
            assert 0 < np.abs(answer - expected).max() <= OF_RANGE * np.ptp(expected)


@pytest.mark.parametrize("least", [0.0, 1e-44])
def test_a_constant_of_zeros_has_a_scale(least):
    scale = scale_of(Range(0.0, least))
    assert scale.step > 0 and numbers_in(scale, np.zeros(3)).tolist() == [scale.zero_point] * 3


def test_where_nothing_is_in_8_bits_the_file_says_what_it_was_written_from(tmp_path):
    """RESHAPE and SQUEEZE have vectors in their options; what no operator reads is left out."""
    float32 = float32_of(lambda x: tf.reshape(tf.squeeze(padded_max_pool(both_read(x)), [0]), [-1, 4]), tmp_path)
    (tmp_path / "again").write_bytes(tflite_bytes(int8_file(float32, Plan(frozenset(), {}))))
    again = open_tflite(tmp_path / "again")
    assert [each._replace(inputs=(), outputs=()) for each in again.operators] == [
        each._replace(inputs=(), outputs=()) for each in float32.operators]
    assert all(tensor in float32.tensors for tensor in again.tensors)
    with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "again") as run:
        for sample in samples():
            np.testing.assert_array_equal(run(*sample)[0], wanted(*sample)[0])


def test_a_product_of_what_is_never_large_together_can_be_run(tmp_path):
    """1.14 ends the process where the steps of two operands make more than one of the result."""
    float32 = float32_of(lambda x: tf.nn.relu(convolved(x)) * tf.nn.relu(convolved(-x) + 0.01), tmp_path)
    (tmp_path / "int8").write_bytes(tflite_bytes(quantised(float32)))
    with TFLiteRunner(tmp_path / "int8") as run:
        answer, = run(*samples()[0])
    assert not answer.any()  # what it would be is less than its steps, which the operands give


def test_the_same_bytes_whatever_the_order_of_the_samples(tmp_path):
    float32 = float32_of(depthwise, tmp_path)
    assert quantised(float32, samples()) == quantised(float32, samples()[::-1])


def test_biases_make_up_for_what_rounding_the_weights_adds(tmp_path, monkeypatch):
    """To each channel on average, over maps that are positive throughout."""
    positive = [(np.abs(sample),) for sample, in samples()]
    float32 = float32_of(convolved, tmp_path)
    shifts = []
    for corrected in (False, True):
        if not corrected:
            monkeypatch.setattr("job.tensorflow_model.quantised.int8.with_corrected_biases", lambda int8, *_: int8)
        (tmp_path / "q").write_bytes(tflite_bytes(quantised(float32, positive)))
        monkeypatch.undo()
        with TFLiteRunner(tmp_path / "m.float32.tflite") as wanted, TFLiteRunner(tmp_path / "q") as run:
            shift = np.mean([run(*each)[0] - wanted(*each)[0] for each in positive], axis=(0, 1))
        shifts.append(np.abs(shift[1:-1, 1:-1].mean(axis=(0, 1))).mean())  # a border has zeros beside it
    assert shifts[1] < 0.7 * shifts[0]


def test_last_bits_of_float_kernels_reach_no_range():
    seen = Range(-1.2345678, 6.7890123).snapped()
    assert Range(-1.2345679, 6.789012).snapped() == seen and seen == Range(-1.25, 6.875)
    assert Range(0.0, 0.0).snapped() == Range(0.0, 1.0)


@pytest.mark.parametrize("bound", [6.0, 0.375, 1.0])
def test_last_bits_of_round_numbers_move_no_bound(bound):
    """Where ReLU6, h-swish and a sigmoid end."""
    below, above = (float(np.nextafter(np.float32(bound), np.float32(end))) for end in (0, 9))
    assert Range(0.0, below).snapped() == Range(0.0, above).snapped() == Range(0.0, bound)


def test_a_small_lower_bound_is_not_lost_beside_a_large_upper_one():
    """h-swish ends at -0.375, however far it goes up."""
    for high in np.linspace(1, 23, 50):
        snapped = Range(-0.375, high).snapped()
        assert -0.375 - high / 32 < snapped.low <= -0.25 and 0.99 * high < snapped.high < 1.04 * high


def test_every_bias_says_that_its_scales_belong_to_its_one_axis(tmp_path):
    """Current runtimes refuse a file in which they belong to axis 3."""
    written = parse_tflite(tflite_bytes(quantised(float32_of(depthwise, tmp_path))))
    axes = [(len(tensor.shape), tensor.axis) for tensor in written.tensors if len(tensor.scale) > 1]
    assert sorted(axes) == [(1, 0), (4, 3)]


def test_a_sample_that_ends_in_nan_is_named(tmp_path):
    float32 = float32_of(convolved, tmp_path)
    with pytest.raises(BadCheckpoint, match="sample 1 .*NaN"):
        ranges_of(float32, lambda: [samples()[0], (np.full(MAP, np.nan, np.float32),)])


@pytest.fixture(scope="module")
def two_ends(tmp_path_factory):
    """Two inputs and two outputs, with float ends, int8 ends and uint8 ends."""
    folder, model = tmp_path_factory.mktemp("ends"), two_by_two_graph()
    write_tflite(frozen_graph(model, 1), "float32", folder / "m.float32.tflite")
    given = [inputs_for(model)] * 2
    int8 = quantised(open_tflite(folder / "m.float32.tflite"), given)
    for mode, file in (("int8", int8), ("int8-io", with_int8_ends(int8)), ("uint8-io", with_uint8_ends(int8))):
        (folder / "m.{}.tflite".format(mode)).write_bytes(tflite_bytes(file))
    return folder, given[0]


@pytest.mark.parametrize("mode, quantizes", [("int8-io", 0), ("uint8-io", 4)])
def test_8_bit_ends_keep_their_names_and_say_what_they_mean(two_ends, mode, quantizes):
    folder, _ = two_ends
    floats, ends = (describe_tflite(folder, "m.{}.tflite".format(each), each) for each in ("int8", mode))
    for with_float, with_int8 in zip(floats.inputs + floats.outputs, ends.inputs + ends.outputs):
        assert (with_float["name"], with_float["dtype"]) == (with_int8["name"], "float32")
        assert with_int8["dtype"] == mode.split("-")[0] and with_int8["quantization"]["scale"] > 0
        assert with_int8["shape"] == with_float["shape"]
    assert ends.operators.get("QUANTIZE", 0) == quantizes and "DEQUANTIZE" not in ends.operators
    assert ends.ranges == floats.ranges


def test_a_uint8_says_what_an_int8_says_128_higher(two_ends):
    signed, unsigned = (describe_tflite(two_ends[0], "m.{}.tflite".format(mode), mode) for mode in ("int8-io", "uint8-io"))
    for low, high in zip(signed.inputs + signed.outputs, unsigned.inputs + unsigned.outputs):
        assert high["quantization"] == dict(low["quantization"], zero_point=low["quantization"]["zero_point"] + 128)


@pytest.mark.parametrize("mode", ["int8-io", "uint8-io"])
def test_8_bit_ends_change_no_number(two_ends, mode):
    folder, given = two_ends
    answers = []
    for each in ("int8", mode):
        with TFLiteRunner(folder / "m.{}.tflite".format(each)) as run:
            answers.append(run(*given))
    for whole, within in zip(*answers):
        assert np.ptp(whole) and np.array_equal(whole, within)


@pytest.mark.parametrize("mode", ["int8", "int8-io", "uint8-io"])
def test_a_current_runtime_answers_alike(two_ends, mode, tmp_path, current_tensorflow):
    """Within two steps of the output: its kernels round otherwise."""
    folder, given = two_ends
    answers = current_answers(current_tensorflow, folder / "m.{}.tflite".format(mode), given, tmp_path)
    steps = {tensor["name"]: tensor["quantization"]["scale"]
             for tensor in describe_tflite(folder, "m.int8-io.tflite", "int8-io").outputs}
    with TFLiteRunner(folder / "m.{}.tflite".format(mode)) as run:
        for name, wanted in zip(("scores", "features"), run(*given)):
            assert np.ptp(wanted) > 20 * steps[name]
            assert np.abs(answers[name] - wanted).max() <= 2.01 * steps[name]
