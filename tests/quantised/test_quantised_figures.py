"""The README's figures of quantised modes are whole, and are what was promised of them."""
from job import modes
from tests.quantised.figures import measured, write


def test_every_mode_is_measured_on_the_same_networks():
    by_mode = {mode: [row.network for row in measured() if row.mode == mode] for mode in modes.NAMES}
    assert set(map(tuple, by_mode.values())) == {("mobilenet_v2", "resnet50")}


def test_what_is_written_is_read(tmp_path):
    write(measured(), tmp_path / "figures.csv")
    assert measured(tmp_path / "figures.csv") == measured()


def test_half_precision_takes_half_and_8_bits_a_quarter():
    for row in measured():
        assert row.size < (0.52 if row.mode == "float16" else 0.3)
