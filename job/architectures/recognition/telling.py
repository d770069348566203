"""What recognition found, in words: the one architecture, or why there is none."""
import json
from typing import Any, List, Mapping, Sequence, Tuple

from job.architectures.keys import arch_args_flag, describe, hint_of_parts
from job.architectures.recognition.matching import Fit
from job.architectures.recognition.recognise import Recognition
from job.architectures.registry import not_refused
from job.errors import BadCheckpoint

LIKELY = 0.5  # of closeness: from here on every key that is wrong is named
FEW = 3  # keys in a line
HINT = ("name the network with --arch=NAME, or give your own with --model-code=FILE.py:FACTORY, or convert the .onnx file that "
        "torch.onnx.export makes of it where its code runs")


def recognised(recognition: Recognition) -> Fit:
    """The one architecture that fits; BadCheckpoint where several do, with how they differ, or none, with the nearest.

    UnsupportedModel where it is one that cannot be converted.
    """
    if len(recognition.exact) == 1:
        not_refused(recognition.exact[0].architecture)
        return recognition.exact[0]
    raise BadCheckpoint("\n".join(_indented(_lines_without_one(recognition))), hint=_hint_without_one(recognition))


def note_of(fit: Fit) -> str:
    """For the report of a conversion."""
    told = ["{} {}".format(*each) for each in sorted(fit.arch_args.items())]
    return "recognised as {} by the names and shapes of {} tensors{}".format(
        fit.architecture.name, fit.fitting, ": " + ", ".join(told) if told else "")


def evidence(recognition: Recognition) -> Tuple[str, ...]:
    """For people, line by line."""
    if len(recognition.exact) != 1:
        return _indented(_lines_without_one(recognition)) + ("hint: " + _hint_without_one(recognition),)
    fit, = recognition.exact
    named = "recognised as {}: {}, {}".format(fit.architecture.name, fit.architecture.family, fit.architecture.summary)
    lines = [named, "all its {} names and shapes are the checkpoint's".format(len(fit.wanted))] + _inferred(fit)
    refusal = fit.architecture.refusal
    last = _input(fit) if refusal is None else "it cannot be converted: {}; {}".format(*refusal)
    return _indented(lines + [last])


def _indented(lines: Sequence[str]) -> Tuple[str, ...]:
    return tuple(lines[:1]) + tuple("  " + line for line in lines[1:])


def _inferred(fit: Fit) -> List[str]:
    lines = ["{} {}, by {}".format(name, value, fit.told_by[name]) for name, value in sorted(fit.values.items())]
    lines += ["{} {}, by all shapes".format(*each) for each in sorted(fit.variant.items())]
    if fit.auxiliary:
        lines.append("{} more are of heads that only training needs".format(fit.auxiliary))
    return lines


def _input(fit: Fit) -> str:
    return "its input is {} where nothing else is said".format("x".join(map(str, fit.input_shape)))


def _lines_without_one(recognition: Recognition) -> Sequence[str]:
    if recognition.exact:
        return _lines_of_several(recognition)
    lines = ["no known architecture has just these {} tensors".format(recognition.tensors)]
    if recognition.parts:
        return lines + ["{} has those of {}".format(*part) for part in recognition.parts]
    lines += map(_summary, recognition.near)
    if recognition.near and recognition.near[0].closeness >= LIKELY:
        best = recognition.near[0]
        lines.append("compared with {}:".format(best.architecture.name))
        lines += describe(best.mismatch, best.found, best.wanted).split("\n  ")
    return lines


def _lines_of_several(recognition: Recognition) -> Sequence[str]:
    lines = ["several architectures have these {} tensors:".format(recognition.tensors)]
    for fit in recognition.exact:
        lines.append("{}{}: {}, {}, input {}".format(
            fit.architecture.name, _shown(fit.variant), fit.architecture.family, fit.architecture.summary,
            "x".join(map(str, fit.input_shape))))
    return lines


def _hint_without_one(recognition: Recognition) -> str:
    if recognition.exact:
        return _hint_of_several(recognition.exact)
    return hint_of_parts([part.key for part in recognition.parts]) if recognition.parts else HINT


def _hint_of_several(fits: Sequence[Fit]) -> str:
    flags = ("--arch=" + fit.architecture.name + (" " + arch_args_flag(fit.variant) if fit.variant else "")
             for fit in fits)
    return "say which one it is: {}".format(" or ".join(flags))


def _summary(fit: Fit) -> str:
    wrong = (("missing", fit.mismatch.missing), ("left over", fit.mismatch.unexpected),
             ("of another shape", [key for key, _, _ in fit.mismatch.misshaped]))
    counts = "".join(", {} {} ({})".format(len(keys), what, _few(keys)) for what, keys in wrong if keys)
    return "near {}{}: {} of its {} names and shapes fit{}".format(
        fit.architecture.name, _shown(fit.variant), fit.fitting, len(fit.wanted), counts)


def _few(keys: Sequence[str]) -> str:
    return ", ".join("{:.80}".format(key) for key in keys[:FEW]) + (", ..." if len(keys) > FEW else "")


def _shown(variant: Mapping[str, Any]) -> str:
    return " " + json.dumps(variant, sort_keys=True) if variant else ""
