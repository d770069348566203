"""What a failed quantised mode is said to suffer from."""
import pytest

from job.parity.explain import blamed, hint, hint_on_noise
from job.values import LayerNoise


def layer(own, output, name="stem", operator="CONV_2D", whole=9.0):
    return LayerNoise(name, operator, whole, own, output)


def test_a_network_that_makes_usual_noise_much_louder_is_named_as_the_cause():
    said = hint_on_noise("tflite.dynamic", [layer(32.5, 9.89), layer(34.9, 14.6, "next")])
    assert said == ("stem is off by no more than is usual (32.5 dB), but what follows makes that 22.6 dB louder, as random "
                    "weights do: check that they are trained; " + hint("tflite.dynamic"))


@pytest.mark.parametrize("noise", [
    [], [layer(32.5, None)], [layer(20.1, 0.1)], [layer(45.2, 29.9)], [layer(45.2, 29.9), layer(40.0, 10.0, "next")]],
    ids=["none", "lost on its way", "loud from the start", "hardly louder", "of another than the loudest"])
def test_else_the_mode_is(noise):
    assert hint_on_noise("tflite.int8", noise) == hint("tflite.int8")


def test_inputs_unlike_those_calibrated_with_come_first():
    said = hint_on_noise("tflite.int8", [layer(32.5, 9.89), layer(12.0, 11.0, "image_array", "QUANTIZE", 12.0)])
    assert said.startswith("what it was asked is unlike what it was calibrated with")


def test_what_is_quantised_inside_the_network_is_no_input():
    joined = layer(26.7, 21.0, "joined", "QUANTIZE", 21.8)
    assert hint_on_noise("tflite.int8", [layer(32.5, 19.0), joined]) == hint("tflite.int8")


def test_layers_that_no_output_hears_are_not_blamed():
    assert blamed([layer(31.0, 19.1), layer(26.7, 300.0, "joined", "QUANTIZE")]) == "most noise comes from stem (CONV_2D, 19.1 dB)"
    assert blamed([layer(26.7, 300.0), layer(32.5, None)]) == ""
