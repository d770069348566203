"""A failed limit, and a stage's drift, in the words a user understands."""
from typing import Any, Mapping, Optional, Sequence

from job.modes import CALIBRATED
from job.parity.tolerance import kind_of
from job.values import LayerNoise

BLAMED = 3  # layers
SILENT = 1e-2  # range of shares below which the last bit of a 1 is more than a quiet probe of a float stage may differ by
LAST_BITS = 4 * 2 ** -23  # of a 1: what rounding does to a share, however little of it there is to be found
LOUD_ROUNDING = 1e-5  # of the range: a tenth of what a float stage may differ by
POOR_INPUT_DB = 30.0  # 8 bits say an input to 40 dB and more where their range is made for it
USUAL_NOISE_DB = 25.0  # 8 bits cost a layer 28 dB to 45
UNHEARD_DB = 144.0  # beyond what float32 says, as of an output that is a place: it moves, or it does not
GROWN_DB = 20.0  # trained networks were seen to make that 15 dB louder by their output
DIVERGED = "these weights are NaN in the checkpoint, as training leaves them that diverged: take an earlier one"
REFERENCES = {"pytorch": "PyTorch", "onnxruntime": "ONNX Runtime"}  # stages that the others are compared with


def broken_limit(name: str, figures: Mapping[str, Any], limit: float) -> str:
    """Why a figure does not keep its limit, as a part of a sentence that names the output."""
    figure = figures[name]
    return _SAID[name].format(
        figure=figure,
        limit=limit,
        percent=percent(figure),
        allowed=percent(limit),
        worst=worst_element(figures["worst"]),
    )


def worst_element(worst: Mapping[str, Any]) -> str:
    """Where the largest error is, with both values."""
    return "at probe {}, index ({}): {!r} against the reference's {!r}".format(
        worst["probe"], ", ".join(str(i) for i in worst["index"]), worst["answer"], worst["reference"]
    )


def not_finite(figures: Mapping[str, Any]) -> str:
    """How many NaN and infinities there are, and where the first is."""
    return "{} NaN and {} infinite values, the first {}".format(
        figures["nan"], figures["inf"], worst_element(figures["worst"])
    )


def percent(share: float) -> str:
    return "{:.3g} %".format(100 * share)


def hint(stage: str) -> str:
    """What the user can do about a stage that does not agree."""
    if stage in REFERENCES:
        return ("check that the checkpoint holds trained weights and that they fit this architecture; where only some inputs "
                "make sense (magnitudes, shares), show it such ones with --samples")
    if kind_of(stage) == "float":
        return "this is a fault of the conversion, not of the checkpoint: please report it with parity.json"
    kind, calibrated = kind_of(stage), kind_of(stage) in CALIBRATED
    return (
        "{bits} this model too much: leave {kind} out of --quantize{instead}, show {inputs}, "
        "or accept it with --tolerance='{{{kind}: {{...}}}}'"
    ).format(
        bits="half precision costs" if kind == "float16" else "8 bits cost",
        kind=kind,
        instead=" (dynamic computes in float)" if calibrated else "",
        inputs="real and more inputs with --calibration" if calibrated else "real inputs with --samples",
    )


def blamed(noise: Sequence[LayerNoise]) -> str:
    """The layers whose noise is loudest in an output, with what signal to noise each would leave there alone."""
    loudest = [each for each in noise[:BLAMED] if each.output_snr_db is not None and each.output_snr_db < UNHEARD_DB]
    layers = ", ".join("{} ({}, {:.3g} dB)".format(each.layer, each.operator, each.output_snr_db) for each in loudest)
    return layers and "most noise comes from " + layers


def hint_on_noise(stage: str, noise: Sequence[LayerNoise]) -> str:
    """What the user can do about a quantised stage, by where its noise comes from."""
    if kind_of(stage) in CALIBRATED and any(_is_of_input(each) and each.own_snr_db < POOR_INPUT_DB for each in noise):
        return ("what it was asked is unlike what it was calibrated with: check that --calibration holds such inputs as the "
                "network will see, prepared as --preprocess says")
    return _on_growth(noise) + hint(stage)


def _is_of_input(noise: LayerNoise) -> bool:
    """What is quantised inside the network has the noise of what was before it."""
    return noise.operator == "QUANTIZE" and noise.snr_db == noise.own_snr_db


def _on_growth(noise: Sequence[LayerNoise]) -> str:
    """Of a network that makes much of the little that the loudest layer is off by."""
    loudest = next((each for each in noise if each.output_snr_db is not None), None)
    if loudest is None or loudest.own_snr_db < max(USUAL_NOISE_DB, loudest.output_snr_db + GROWN_DB):
        return ""
    return ("{} is off by no more than is usual ({:.3g} dB), but what follows makes that {:.3g} dB louder, as random weights do: "
            "check that they are trained; ").format(
                loudest.layer, loudest.own_snr_db, loudest.own_snr_db - loudest.output_snr_db)


def of_spared(layers: Sequence[str], named: Optional[int] = None) -> str:
    """What is to be known of a `dynamic` file some of whose layers are spared; only so many are named."""
    rest = len(layers[named:]) if named else 0
    return "dynamic: with their weights in 8 bits it fails its gate, so that these layers keep float32: {}{}".format(
        ", ".join(layers[:named]), " and {} more".format(rest) if rest else "")


def hint_on_rounding(own: Optional[float]) -> str:
    """Of a float stage of a network whose own answers rounding moves by so much of the range."""
    if own is None or not own >= LOUD_ROUNDING:
        return ""
    return ("rounding alone moves what this network answers by {} of the range (as other last bits in its input do, or float64): "
            "untrained weights do so, and logarithms of next to nothing: look for these, or accept it with "
            "--tolerance='{{float: {{max_error_of_range: ...}}}}'"
            ).format(percent(own))


def hint_on_silence(whole_range: float, error: float) -> str:
    """Of a float stage whose output, of numbers between 0 and 1, has that range over all probes, and is off by that."""
    if not (whole_range < SILENT or error <= LAST_BITS):
        return ""
    return ("the network finds nothing in these inputs: of an output between 0 and 1 all answers lie within {:.3g}, where "
            "rounding is most of what there is to compare: show it inputs in which it finds something with --samples"
            ).format(whole_range)


def beyond_drop(figures: Mapping[str, Any], limit: float) -> str:
    """A stage's loss of accuracy, with how sure it is."""
    low, high = figures["drop_interval_95"]
    return ("{stage}: tells {correct} of {total} samples right, {drop} fewer of them than the network itself (95 % interval "
            "{low} to {high}, allowed {limit})").format(
                drop=percent(figures["drop"]), low=percent(low), high=percent(high), limit=percent(limit),
                **{name: figures[name] for name in ("stage", "correct", "total")})


def hint_on_drop(stage: str) -> str:
    """What the user can do about a loss of accuracy."""
    if kind_of(stage) == "float":
        return hint(stage)
    return hint(stage).split(", or accept")[0] + ", or allow more with --max-accuracy-drop"


FROZEN = ("ONNX export records one forward, so the code must not choose nor compute outside of PyTorch's operators: "
          "let torch.where choose, or let the caller do it")

_SAID = {
    "max_error_of_range": "max error {percent} of the output's range {worst} (allowed {allowed})",
    "error_of_spread": "rms error {percent} of what tells one probe's answer from another's, worst {worst} "
    "(allowed {allowed})",
    "cosine": "cosine {figure} (at least {limit})",
    "snr_db": "signal-to-noise ratio {figure} dB (at least {limit}), worst {worst}",
    "snr_of_spread_db": "{figure} dB between what tells one probe's answer from another's and the error "
    "(at least {limit})",
    "own_probe": "only {percent} of the answers are nearest to the reference's answer to the same probe "
    "(at least {allowed})",
    "top1": "best class is the reference's for {percent} of the rows (at least {allowed})",
    "top5": "the reference's best class is among the best five for {percent} of the rows "
    "(at least {allowed})",
    "top1_loss": "the class it chooses scores {percent} of the range below the reference's best "
    "(allowed {allowed})",
    "mismatch": "{percent} of the elements differ, one {worst} (allowed {allowed})",
}
