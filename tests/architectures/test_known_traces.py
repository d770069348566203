"""One trace serves all checkpoints of a network that is built alike, and no other."""
import numpy as np
import pytest

from job.networks import module
from job.networks.module import ModuleNetwork
from job.processes.shared_values import shared
from job.settings.command_line import parsed
from job.settings.settings import run_settings, settings_for
from tests.models import write_seeded_checkpoint

SHAPE = "--input-shape=1,3,96,64"


def settings_of(*words):
    shape = [] if any("shape" in word for word in words) else [SHAPE]
    return settings_for(run_settings(parsed(["convert", *shape, *words])), {})


@pytest.fixture
def traces(monkeypatch):
    """How many there were."""
    trace, count = module.traced_graph, []

    def counted(*arguments):
        count.append(1)
        return trace(*arguments)

    monkeypatch.setattr(module, "traced_graph", counted)
    return count


@pytest.mark.parametrize("arch", ["mobilenet_v2", "googlenet", "shufflenet_v2_x0_5", "mobilenetv3_small"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "recognised"])
def test_other_weights_need_no_trace_of_their_own(arch, named, tmp_path, traces):
    paths = [write_seeded_checkpoint(tmp_path / "{}.pth".format(seed), arch, seed) for seed in (0, 1)]
    settings = settings_of(*["--arch=" + arch] * named)
    known = shared()
    ModuleNetwork.read(paths[0], settings, known)
    one, graph = ModuleNetwork.read(paths[1], settings, known)
    assert len(traces) == 1
    other, expected = ModuleNetwork.read(paths[1], settings)
    assert graph._replace(constants={}) == expected._replace(constants={})
    assert list(graph.constants) == list(expected.constants)
    assert all(np.array_equal(graph.constants[name], value) for name, value in expected.constants.items())
    assert (one.inputs, one.facts.notes, one.freezes) == (other.inputs, other.facts.notes, other.freezes)


@pytest.mark.parametrize("words", [
    ("--input-shape=1,3,64,96",), ("--input-shape=2,3,96,64",), ("--input-names=picture",), ("--output-names=kind",),
    ('--arch-args={"width_mult": 0.5}',)])
def test_whatever_decides_the_graph_counts(words, tmp_path, traces):
    path = write_seeded_checkpoint(tmp_path / "m.pth", "mobilenet_v2")
    half = write_seeded_checkpoint(tmp_path / "half.pth", "mobilenet_v2", width_mult=0.5)
    known = shared()
    ModuleNetwork.read(path, settings_of("--arch=mobilenet_v2"), known)
    changed = settings_of("--arch=mobilenet_v2", *words)
    ModuleNetwork.read(half if "width" in words[0] else path, changed, known)
    assert len(traces) == 2


def test_a_users_code_is_traced_each_time(tmp_path, traces):
    """It may decide by anything, its weights too."""
    path = write_seeded_checkpoint(tmp_path / "m.pth", "mobilenet_v2")
    code = tmp_path / "code.py"
    code.write_text("from torchvision.models import mobilenet_v2 as net\n")
    known = shared()
    for _ in range(2):
        ModuleNetwork.read(path, settings_of("--model-code={}:net".format(code)), known)
    assert len(traces) == 2
