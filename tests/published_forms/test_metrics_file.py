"""The metrics file as Prometheus' own client reads it."""
import json
import subprocess
from pathlib import Path

import pytest

from job import cli
from job.errors import BadCheckpoint
from job.settings.share import Share
from job.values import Outcome
from job.watching.metrics import check_metrics_file, metrics_text, write_metrics
from tests.tools_environment import locked_tools

NAME = 'a "b"\\c\nd'
OUTCOMES = [Outcome(NAME, "converted", 0, "", ""), Outcome("b", "failed", 6, "keras", "..."), Outcome("c", "current", 0, "", "")]
RUN = {"seconds": {"export": 0.25, "build": 1.5}, "peak_memory_bytes": 512000000}


@pytest.mark.slow
def test_prometheus_reads_what_was_written(checkout, tmp_path):
    tools = locked_tools(Path(__file__).with_name("published_forms.lock"), checkout)
    (tmp_path / "job.prom").write_text(
        metrics_text(OUTCOMES, 6, 1795000000.5, {NAME: RUN}, {(NAME, "n.tflite"): 800}), encoding="utf-8")
    read = json.loads(subprocess.check_output([str(tools / "python"), "-I", str(Path(__file__).with_name("read_metrics.py")),
                                               str(tmp_path / "job.prom")]).decode("utf-8"))
    assert [(name[len("pt2tflite_"):], labels, value) for name, labels, value in read] == [
        ("run_exit_code", {}, 6), ("run_end_timestamp_seconds", {}, 1795000000.5),
        ("checkpoints", {"outcome": "converted"}, 1), ("checkpoints", {"outcome": "current"}, 1),
        ("checkpoints", {"outcome": "failed"}, 1),
        ("checkpoint_exit_code", {"checkpoint": NAME}, 0), ("checkpoint_exit_code", {"checkpoint": "b"}, 6),
        ("checkpoint_exit_code", {"checkpoint": "c"}, 0),
        ("checkpoint_stage_seconds", {"checkpoint": NAME, "stage": "export"}, 0.25),
        ("checkpoint_stage_seconds", {"checkpoint": NAME, "stage": "build"}, 1.5),
        ("checkpoint_peak_memory_bytes", {"checkpoint": NAME}, 512000000),
        ("file_size_bytes", {"checkpoint": NAME, "file": "n.tflite"}, 800)]


def test_they_are_of_what_was_published_and_appear_whole(tmp_path):
    for name in (NAME, "c"):
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
        (tmp_path / "out" / name / "n.float32.tflite").write_bytes(b"0" * 40)
    file = tmp_path / "job.prom"
    file.write_text("# HELP pt2tflite_run_exit_code of the run before", encoding="utf-8")
    check_metrics_file(file)
    write_metrics(file, OUTCOMES, 6, tmp_path / "out")
    text = file.read_text(encoding="utf-8")
    assert 'pt2tflite_file_size_bytes{checkpoint="c",file="n.float32.tflite"} 40\n' in text
    assert "pt2tflite_run_exit_code 6\n" in text and "before" not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.prom", "out"]


def test_of_a_checkpoint_that_failed_no_figures_of_an_earlier_run_are_told(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    write_metrics(tmp_path / "job.prom", [Outcome("b", "failed", 6, "keras", "...")], 6, tmp_path)
    about = [line for line in (tmp_path / "job.prom").read_text(encoding="utf-8").splitlines() if '"b"' in line]
    assert about == ['pt2tflite_checkpoint_exit_code{checkpoint="b"} 6']


def test_shards_have_no_sample_in_common(tmp_path):
    """The collector takes none of two files that do."""
    samples = []
    for index, outcome in enumerate(OUTCOMES[:2]):
        file = tmp_path / "{}.prom".format(index)
        write_metrics(file, [outcome], outcome.exit_code, tmp_path, Share(index, 2).label)
        samples += [line.rsplit(" ", 1)[0] for line in file.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert 'pt2tflite_run_exit_code{shard="1/2"}' in samples and len(set(samples)) == len(samples)


def test_the_command_says_its_shard(tmp_path):
    (tmp_path / "in").mkdir()
    words = ["convert", "--input-dir={}".format(tmp_path / "in"), "--output-dir={}".format(tmp_path / "out"),
             "--metrics-file={}".format(tmp_path / "job.prom"), "--shard=1/3"]
    with pytest.raises(BadCheckpoint):
        cli.run(words)
    assert 'pt2tflite_run_exit_code{shard="1/3"} 3\n' in (tmp_path / "job.prom").read_text(encoding="utf-8")


@pytest.mark.parametrize("run", ["", "[]", "{}", '{"seconds": 1}', '{"seconds": {"export": "x"}, "peak_memory_bytes": 1}', None])
def test_a_model_that_says_nothing_of_its_run_takes_no_other_metrics_away(tmp_path, run):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    (tmp_path / "c").mkdir()
    if run is not None:
        (tmp_path / "c" / "run.json").write_text(run, encoding="utf-8")
    write_metrics(tmp_path / "job.prom", [Outcome(name, "current", 0, "", "") for name in "bc"], 0, tmp_path)
    text = (tmp_path / "job.prom").read_text(encoding="utf-8")
    assert 'checkpoints{outcome="current"} 2\n' in text and 'peak_memory_bytes{checkpoint="b"} 512000000\n' in text
    assert 'seconds{checkpoint="c"' not in text
