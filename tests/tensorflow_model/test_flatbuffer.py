"""The reader of .tflite files against TensorFlow's own interpreter, and inner tensors made outputs."""
import numpy as np
import tensorflow as tf
from small_models import inputs_for

from job.tensorflow_model.flatbuffer.cut_models import with_inner_outputs
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS, PLUMBING
from job.tensorflow_model.flatbuffer.tflite_file import open_tflite, parse_tflite
from job.tensorflow_model.flatbuffer.writing import tflite_bytes


def test_it_reads_what_the_interpreter_reads(written):
    for mode in ("float32", "dynamic"):
        path = written.folder / "m.{}.tflite".format(mode)
        file = open_tflite(path)
        interpreter = tf.lite.Interpreter(model_path=str(path))
        interpreter.allocate_tensors()
        details = {detail["index"]: detail for detail in interpreter.get_tensor_details()}
        for index, tensor in enumerate(file.tensors):
            detail = details[index]
            assert (tensor.name, list(tensor.shape)) == (detail["name"], list(detail["shape"]))
            assert np.dtype(tensor.dtype) == detail["dtype"]
            assert (tensor.scale or (0.0,))[0] == np.float32(detail["quantization"][0])
        assert list(file.inputs) == [detail["index"] for detail in interpreter.get_input_details()]
        assert list(file.outputs) == [detail["index"] for detail in interpreter.get_output_details()]


def test_inner_outputs_are_added_behind_the_published_ones(written):
    file = open_tflite(written.folder / "m.float32.tflite")
    everything = parse_tflite(tflite_bytes(with_inner_outputs(file)))
    assert everything.outputs[:2] == file.outputs
    assert sorted(everything.outputs) == sorted(i for operator in file.operators for i in operator.outputs)
    assert everything._replace(outputs=file.outputs) == file


def test_only_named_inner_outputs(written):
    file = open_tflite(written.folder / "m.float32.tflite")
    wanted = [tensor.name for tensor in file.computed()][1:3]
    changed = with_inner_outputs(file, wanted)
    assert [changed.tensors[index].name for index in changed.outputs[2:]] == wanted


def test_published_outputs_stay_what_they_were(written):
    file = open_tflite(written.folder / "m.float32.tflite")
    answers = []
    for each in (file, with_inner_outputs(file)):
        content = tflite_bytes(each)  # the interpreter reads it where it is
        interpreter = tf.lite.Interpreter(model_content=content)
        interpreter.allocate_tensors()
        for detail, value in zip(interpreter.get_input_details(), inputs_for(written.model)):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        outputs = interpreter.get_output_details()
        answers.append([interpreter.get_tensor(detail["index"]) for detail in outputs[:2]])
    for plain, changed in zip(*answers):
        assert np.ptp(plain) > 0.1
        np.testing.assert_array_equal(plain, changed)


def test_operators_by_number():
    numbers = {"ADD": 0, "CUSTOM": 32, "MEAN": 40, "PADV2": 60, "FAKE_QUANT": 80, "ABS": 101, "QUANTIZE": 114}
    assert {name: BUILTIN_OPERATORS.index(name) for name in numbers} == numbers
    assert "CONCATENATION" not in PLUMBING
    assert {name for name in PLUMBING if name.isupper()} <= set(BUILTIN_OPERATORS)
