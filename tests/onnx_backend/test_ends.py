"""Which shape is of which input of a file, and what its inputs and outputs are called."""
import pytest

from job.errors import UsageError
from job.networks.onnx_ends import inputs_of, outputs_of
from job.settings.command_line import parsed
from job.settings.settings import run_settings, settings_for

FILES = ("input", "sr", "state.1")


def settings(*flags):
    return settings_for(run_settings(parsed(["convert", "net.onnx", *flags])), {})


@pytest.mark.parametrize("flags, names, shapes", [
    ((), ("input", "sr", "state_1"), {}),
    (("--input-shape=input:1,512;sr:1;state.1:2,1",), FILES, {"input": (1, 512), "sr": (1,), "state.1": (2, 1)}),
    (("--input-shape=state.1:2,1;input:1,512",), FILES, {"input": (1, 512), "state.1": (2, 1)}),
    (("--input-shape=state_1:2,1",), ("input", "sr", "state_1"), {"state.1": (2, 1)}),
    (("--input-shape=1,512;1;2,1",), ("input", "sr", "state_1"), dict(zip(FILES, [(1, 512), (1,), (2, 1)]))),
    (("--input-shape=x:1,512;sr:1;h:2,1",), ("x", "sr", "h"), dict(zip(FILES, [(1, 512), (1,), (2, 1)]))),
    (("--input-names=a,b,c",), ("a", "b", "c"), {}),
    (("--input-shape=1,512;1;2,1", "--input-names=a,b,c"), ("a", "b", "c"), dict(zip(FILES, [(1, 512), (1,), (2, 1)])))],
    ids=str)
def test_inputs(flags, names, shapes):
    assert inputs_of(FILES, settings(*flags)) == (names, shapes)


@pytest.mark.parametrize("flags, words", [
    (("--input-shape=1,512",), "1 shapes, the file has 3 inputs: input, sr, state.1"),
    (("--input-shape=x:1,512;h:2,1",), "2 shapes, the file has 3 inputs"),
    (("--input-shape=state_1:2,1;sr:1;x:1,512",), "--input-shape names state_1, the file has that elsewhere"),
    (("--input-shape=state_1:2,1;state.1:1",), "names an input twice: state.1, state.1"),
    (("--input-names=a,b",), "the file has 3 inputs, 2 are named: a, b")], ids=str)
def test_shapes_and_names_that_fit_no_input(flags, words):
    with pytest.raises(UsageError) as refusal:
        inputs_of(FILES, settings(*flags))
    assert words in refusal.value.message and refusal.value.hint


def test_outputs_are_called_unlike_inputs():
    assert outputs_of(("x", "x:0"), settings(), ("x",)) == ("x_2", "x_0")
    assert outputs_of(("x", "y"), settings("--output-names=a,b"), ("x",)) == ("a", "b")
    with pytest.raises(UsageError, match="the file has 1 outputs, 2 are named: a, b"):
        outputs_of(("x",), settings("--output-names=a,b"), ())
