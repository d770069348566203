"""What a container leaves us of the machine, by either version of cgroups."""
import os

import pytest

from job.batch import crew, resources
from job.batch.planning import expected_memory

GIB = 1 << 30


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_CGROUP", tmp_path)
    monkeypatch.setattr(resources, "_OURS", tmp_path / "ours")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))

    def write(**files):
        for name, text in files.items():
            file = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n")
    return write


@pytest.mark.parametrize("files, cores", [
    ({}, 8), ({"cpu_dot_max": "max 100000"}, 8), ({"cpu_dot_max": "250000 100000"}, 2), ({"cpu_dot_max": "50000 100000"}, 1),
    ({"cpu_dot_max": "1600000 100000"}, 8), ({"cpu__cpu_dot_cfs_quota_us": "-1", "cpu__cpu_dot_cfs_period_us": "100000"}, 8),
    ({"cpu__cpu_dot_cfs_quota_us": "300000", "cpu__cpu_dot_cfs_period_us": "100000"}, 3), ({"cpu_dot_max": "garbage"}, 8),
])
def test_cores(cgroup, files, cores):
    cgroup(**files)
    assert resources.cores() == cores


@pytest.mark.parametrize("files, limit", [
    ({}, None), ({"memory_dot_max": "max"}, None), ({"memory_dot_max": str(GIB)}, GIB),
    ({"memory_dot_high": str(GIB), "memory_dot_max": str(2 * GIB)}, GIB), ({"memory_dot_high": "max"}, None),
    ({"memory__memory_dot_limit_in_bytes": str(GIB)}, GIB), ({"memory__memory_dot_limit_in_bytes": str(2 ** 63 - 4096)}, None),
])
def test_memory(cgroup, files, limit):
    cgroup(**files)
    assert resources.memory() == limit or (limit is None and resources.memory() > GIB)


@pytest.mark.parametrize("files, cores, limit", [
    ({"ours": "0::/batch.slice/job", "batch_dot_slice__job__cpu_dot_max": "200000 100000",
      "batch_dot_slice__memory_dot_max": str(GIB), "batch_dot_slice__job__memory_dot_max": "max"}, 2, GIB),
    ({"ours": "7:cpu,cpuacct:/job\n4:memory:/job\n0::/", "cpu__job__cpu_dot_cfs_quota_us": "300000",
      "cpu__job__cpu_dot_cfs_period_us": "100000", "cpu__cpu_dot_cfs_quota_us": "-1",
      "memory__job__memory_dot_limit_in_bytes": str(GIB), "memory__memory_dot_limit_in_bytes": str(2 * GIB)}, 3, GIB),
    ({"ours": "0::/elsewhere", "cpu_dot_max": "100000 100000", "memory_dot_max": str(GIB)}, 1, GIB),
])
def test_the_groups_that_a_job_is_in_count_too(cgroup, files, cores, limit):
    """A service manager or a scheduler has put it into one, without a container."""
    cgroup(**files)
    assert (resources.cores(), resources.memory()) == (cores, limit)


@pytest.mark.parametrize("peak, most, expected, room", [
    (GIB, None, GIB, 4), (GIB * 5 // 2, None, GIB, 3), (3 * GIB, None, GIB, 3), (GIB * 52 // 10, None, GIB, 1),
    (20 * GIB, None, GIB, 1), (GIB, 7, GIB, 7), (GIB, None, 20 * GIB, 4), (0, None, None, 1), (0, 3, 20 * GIB, 3),
    (0, None, GIB, 2), (0, None, GIB // 2, 4), (0, None, 2 * GIB, 1), (0, None, 20 * GIB, 1),
])
def test_workers_fit_cores_and_memory(monkeypatch, peak, most, expected, room):
    """Before any has shown what it takes, they share a quarter of the memory."""
    monkeypatch.setattr(crew, "cores", lambda: 4)
    monkeypatch.setattr(crew, "memory", lambda: 11 * GIB)
    opened = crew.Crew(most, None, None, expected)
    opened._peak = peak
    assert opened._room() == room


def test_memory_is_expected_by_the_largest_checkpoint_with_its_shards(tmp_path):
    (tmp_path / "small.pth").write_bytes(bytes(1000))
    (tmp_path / "net.bin.index.json").write_text('{"weight_map": {"a": "net-1-of-2.bin", "b": "net-2-of-2.bin"}}')
    for shard in ("net-1-of-2.bin", "net-2-of-2.bin"):
        (tmp_path / shard).write_bytes(bytes(5000))
    alone = expected_memory([tmp_path / "small.pth", tmp_path / "absent.pth"])
    both = expected_memory([tmp_path / "small.pth", tmp_path / "net.bin.index.json"])
    index = (tmp_path / "net.bin.index.json").stat().st_size
    assert (both - alone) / (10000 + index - 1000) == (alone - expected_memory([tmp_path / "absent.pth"])) / 1000 > 1
