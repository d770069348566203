"""The Indexed Job of scripts/kubernetes/ run for real: one container an index, with the manifest's own settings."""
import json
import shutil
from pathlib import Path

import pytest

from job.settings.share import Share
from pod_as_container import action, docker_run
from tests.kubernetes.manifests import of_kind, rendered
from tests.tools_environment import locked_tools
from tests.waiting import wait_until
from volumes import content, fill

pytestmark = pytest.mark.slow
SHARDS = 3
NAMES = ["net{}".format(number) for number in range(40)]


@pytest.fixture(scope="module")
def jobs(checkout, image, tmp_path_factory):
    """The manifests of the two Jobs: that of the shards, and that which makes one summary of theirs."""
    tools = locked_tools(checkout / "tests" / "kubernetes" / "kubernetes.lock", checkout)
    folder = tmp_path_factory.mktemp("manifests")
    settings = {"image": image, "shards": str(SHARDS), "memory": "3Gi"}

    def job(overlay: str):
        source = checkout / "scripts" / "kubernetes"
        return of_kind(rendered(tools / "kubectl", source, folder / overlay, "overlays/" + overlay, settings), "Job")

    return {overlay: job(overlay) for overlay in ("indexed", "summarize")}


@pytest.fixture
def folder(checkpoints, tmp_path) -> Path:
    """A checkpoint for each shard, and one for the first that none can read."""
    def name_of(index: int, number: int) -> str:
        return [name for name in NAMES if Share(index, SHARDS).takes(name)][number]

    made = tmp_path / "in"
    made.mkdir(mode=0o755)
    for index in range(SHARDS):
        for suffix in (".pth", ".yaml"):
            shutil.copy(str(checkpoints / ("small" + suffix)), str(made / (name_of(index, 0) + suffix)))
    (made / (name_of(0, 1) + ".pth")).write_bytes(b"no checkpoint")
    (made / (name_of(0, 1) + ".yaml")).write_text("arch: squeezenet1_1\n")
    for file in made.iterdir():
        file.chmod(0o644)
    return made


@pytest.fixture
def run(docker, image, volume, folder, jobs):
    """Runs a pod of a Job to its end, on two volumes of this test; gives its exit code."""
    claims = {"pt2tflite-in": volume("ckpt"), "pt2tflite-out": volume("out")}
    fill(docker, image, claims["pt2tflite-in"], folder)

    def to_its_end(name, index=0, memory="", meanwhile=lambda container: None, uid="today") -> int:
        container = docker("run", "--detach", *docker_run(jobs[name], claims, index, memory, uid))
        try:
            meanwhile(container)
            return int(docker("wait", container))
        finally:
            docker("rm", "--force", container)

    to_its_end.claims = claims
    return to_its_end


def test_killed_and_out_of_memory_and_run_again_it_is_as_one_job(docker, image, volume, folder, jobs, run, tmp_path):
    def kill_at_work(container: str) -> None:
        wait_until(lambda: "export" in docker.run("logs", container).err)
        docker("kill", container)

    codes = [run("indexed", 0), run("indexed", 1, meanwhile=kill_at_work), run("indexed", 2, memory="7m")]
    assert codes == [3, 137, 137]
    assert [action(jobs["indexed"], code) for code in codes] == ["FailIndex", "Count", "Count"]
    assert run("summarize") == 75
    assert [run("indexed", index) for index in (1, 2)] == [0, 0]
    assert run("summarize") == 3

    one_job = volume("single")
    mounts = ("-v", run.claims["pt2tflite-in"] + ":/in:ro", "-v", one_job + ":/out")
    done = docker.run("run", "--rm", *mounts, image)
    assert done.code == 3
    sharded = content(docker, image, run.claims["pt2tflite-out"], tmp_path / "sharded")
    single = content(docker, image, one_job, tmp_path / "whole")
    assert (sharded / "summary.json").read_bytes() == (single / "summary.json").read_bytes()
    rows = json.loads((single / "summary.json").read_text())["checkpoints"]
    assert [row["exit_code"] for row in rows].count(0) == SHARDS == len(rows) - 1
    for row in rows:
        sums = Path(row["name"]) / "SHA256SUMS"
        assert (single / sums).exists() == (row["exit_code"] == 0)
        if row["exit_code"] == 0:
            assert (sharded / sums).read_bytes() == (single / sums).read_bytes()


def test_what_yesterday_s_job_left_of_a_shard_is_not_today_s(run):
    for index in range(SHARDS):
        run("indexed", index, uid="yesterday")
    for index in range(SHARDS - 1):
        run("indexed", index)
    assert run("summarize") == 75
    assert run("indexed", SHARDS - 1) == 0
    assert run("summarize") == 3


def test_the_killed_leave_nothing_that_looks_done(docker, image, jobs, run, tmp_path):
    assert run("indexed", 2, memory="7m") == 137
    assert list(content(docker, image, run.claims["pt2tflite-out"], tmp_path / "out").iterdir()) == []
