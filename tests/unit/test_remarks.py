"""What the log says beside the stages."""
from job.conversion import remarks
from job.conversion.progress import Progress
from job.values import Model


def test_what_stays_float_in_8_bits_is_named(monkeypatch):
    told = []
    monkeypatch.setattr(remarks.log, "note", lambda *words: told.append(words))
    models = [Model("net.{}.tflite".format(mode), mode, 1, 30, 0, {}, (), (), floats)
              for mode, floats in (("float32", {}), ("int8", {"MEAN": 2, "EXP": 1}), ("int8-io", {}))]
    remarks.of_float_operators(Progress("net"), models)
    assert told == [("int8: 3 of 30 operators compute in float: MEAN 2, EXP 1", "net")]
