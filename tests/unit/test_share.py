"""Jobs that divide a folder's checkpoints among themselves, and the one summary of them all."""
import json

import pytest

from job.batch.output_folder import remove_outdated_summaries, write_summary
from job.batch.planning import planned
from job.batch.summaries import merged
from job.errors import BadCheckpoint, EnvironmentFailed, UsageError
from job.settings import command_line
from job.settings.settings import run_settings
from job.settings.share import WHOLE, Share, summaries_of_shares
from job.values import Outcome

NAMES = ["net{}".format(number) for number in range(40)]


@pytest.fixture
def volume(tmp_path):
    for name in NAMES:
        (tmp_path / (name + ".pth")).write_bytes(b"")
    return tmp_path


def names_of(volume, *words):
    run = run_settings(command_line.parsed(["--input-dir={}".format(volume), *words]))
    return [task.name for task in planned(run) if run.share.takes(task.name)]


def outcome(name, code=0):
    return Outcome(name, "failed" if code else "converted", code, "parity" if code else "", "wrong" if code else "")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_shares_are_disjoint_sorted_and_make_the_whole(volume, count):
    shares = [names_of(volume, "--shard={}/{}".format(index, count)) for index in range(count)]
    assert all(share == sorted(share) for share in shares)
    assert sorted(name for share in shares for name in share) == names_of(volume) == sorted(NAMES)


def test_a_new_file_moves_no_other(volume):
    before = names_of(volume, "--shard=1/3")
    (volume / "a-new-one.pth").write_bytes(b"")
    (volume / "net0.pth").unlink()
    assert set(names_of(volume, "--shard=1/3")) - {"a-new-one"} == set(before) - {"net0"}


def test_which_share_a_name_is_in_stays_for_ever():
    fifths = [next(index for index in range(5) if Share(index, 5).takes(name)) for name in NAMES[:8]]
    assert fifths == [0, 2, 4, 1, 1, 1, 0, 0]


def test_checkpoints_named_are_shared_too(volume):
    named = [str(volume / "net{}.pth".format(number)) for number in range(6)]
    halves = [names_of(volume, "--shard={}/2".format(index), *named) for index in range(2)]
    assert sorted(halves[0] + halves[1]) == NAMES[:6] and all(halves)


@pytest.mark.parametrize("value", ["1", "4/4", "-1/4", "0/0", "a/b", "1/4/2", "0/100001", "1.0/4", " 1/4"])
def test_what_is_no_share_is_wrong_usage(value):
    with pytest.raises(UsageError, match="0/4 to 3/4|no share"):
        run_settings(command_line.parsed(["--shard=" + value]))


def test_summaries_of_shards_become_that_of_one_job(tmp_path):
    rows = [outcome("a"), outcome("b", 6), outcome("c"), outcome("d", 3)]
    write_summary(tmp_path / "..", rows, 6)
    whole = (tmp_path / ".." / "summary.json").read_bytes()
    for index, code in enumerate((6, 0, 3)):
        write_summary(tmp_path, [row for row in rows if row.exit_code == code], code, Share(index, 3))
    assert merged(tmp_path) == tuple(rows)
    assert (tmp_path / "summary.json").read_bytes() == whole


def test_what_was_mended_is_mended_in_the_merged_one_too(tmp_path):
    for first_code in (6, 0):
        write_summary(tmp_path, [outcome("a", first_code)], first_code, Share(0, 2))
        write_summary(tmp_path, [outcome("b")], 0, Share(1, 2))
        merged(tmp_path)
        assert json.loads((tmp_path / "summary.json").read_text())["exit_code"] == first_code


def test_a_shard_that_left_no_summary_is_missed(tmp_path):
    for index in (0, 2):
        write_summary(tmp_path, [outcome("net{}".format(index))], 0, Share(index, 4))
    with pytest.raises(EnvironmentFailed, match="no summary of shard 1, 3 of 4"):
        merged(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["exit_code"] == 75 and [row["name"] for row in summary["checkpoints"]] == ["net0", "net2"]


def test_shards_that_are_missed_by_the_thousand(tmp_path):
    write_summary(tmp_path, [outcome("a")], 0, Share(1, 5000))
    with pytest.raises(EnvironmentFailed, match="shard 0, 2, 3, .*, 10, and 4989 more of 5000") as missed:
        merged(tmp_path)
    assert "--shard=0/5000" in missed.value.hint


@pytest.mark.parametrize("name", ["summary.01-of-2.json", "summary.2-of-2.json", "summary.0-of-99999999999.json"])
def test_what_is_called_as_no_shard_calls_its_summary_counts_for_none(tmp_path, name):
    for index in range(2):
        write_summary(tmp_path, [outcome("net{}".format(index))], 0, Share(index, 2))
    (tmp_path / name).write_text(json.dumps({"checkpoints": [outcome("other", 6)._asdict()], "exit_code": 6}))
    assert [row.name for row in merged(tmp_path)] == ["net0", "net1"]


@pytest.mark.parametrize("runs, told", [
    (("today", "yesterday", "today", ""), "shard 0, 2 of today; shard 1 of yesterday; shard 3 of one without"),
    (("today", "yesterday"), "shard 0 of today; shard 1 of yesterday"),
])
def test_what_another_run_left_of_a_shard_is_missed_too(tmp_path, runs, told):
    for index, run_id in enumerate(runs):
        write_summary(tmp_path, [outcome("net{}".format(index))], 0, Share(index, len(runs)), run_id)
    with pytest.raises(EnvironmentFailed, match=told):
        merged(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text())["exit_code"] == 75


def test_the_summary_of_all_shards_is_the_same_whatever_the_run(tmp_path):
    write_summary(tmp_path, [outcome("a"), outcome("b")], 0, WHOLE, "this run")
    whole = (tmp_path / "summary.json").read_bytes()
    assert b"run" not in whole
    for run_id in ("today", "tomorrow"):
        for index, name in enumerate("ab"):
            write_summary(tmp_path, [outcome(name)], 0, Share(index, 2), run_id)
        merged(tmp_path)
        assert (tmp_path / "summary.json").read_bytes() == whole


@pytest.mark.parametrize("words", [["--run-id=1"], ["--shard=0/2", "--run-id=a b"], ["--shard=0/2", "--run-id=" + "x" * 129]])
def test_a_run_is_named_for_its_shards_in_few_plain_letters(words):
    with pytest.raises(UsageError, match="--run-id"):
        run_settings(command_line.parsed(words))


def test_an_empty_volume_is_no_success_of_all_shards(tmp_path):
    for index in range(2):
        write_summary(tmp_path, [], 3, Share(index, 2))
    with pytest.raises(BadCheckpoint, match="no checkpoint"):
        merged(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == {"checkpoints": [], "exit_code": 3}


def test_a_shard_without_a_checkpoint_of_its_own_is_no_failure(tmp_path):
    write_summary(tmp_path, [outcome("a")], 0, Share(0, 2))
    write_summary(tmp_path, [], 0, Share(1, 2))
    assert merged(tmp_path) == (outcome("a"),)


def test_summaries_that_do_not_belong_together_are_not_merged(tmp_path):
    write_summary(tmp_path, [], 0, Share(0, 2))
    write_summary(tmp_path, [], 0, Share(0, 3))
    with pytest.raises(UsageError, match="of 2 and of 3 shards"):
        merged(tmp_path)
    (tmp_path / "summary.0-of-2.json").write_text("[]")
    (tmp_path / "summary.0-of-3.json").unlink()
    with pytest.raises(BadCheckpoint, match="not a summary"):
        merged(tmp_path)


ROW = {"name": "a", "outcome": "failed", "exit_code": 75, "stage": "", "message": ""}


@pytest.mark.parametrize("said", [
    "[" * 100000, '{"checkpoints": 3}', '{"checkpoints": [], "run_id": 3}', json.dumps({"checkpoints": [{"name": "a"}]})] + [
        json.dumps({"checkpoints": [dict(ROW, **odd)]}) for odd in (
            {"exit_code": "75"}, {"exit_code": 7}, {"exit_code": 0}, {"exit_code": True}, {"exit_code": [75]}, {"name": 3},
            {"outcome": "converted"}, {"outcome": "done", "exit_code": 0}, {"message": None})])
def test_what_no_run_has_said_is_no_success(tmp_path, said):
    """A code that nobody knows would otherwise count for nothing."""
    (tmp_path / "summary.0-of-1.json").write_text(said)
    with pytest.raises(BadCheckpoint, match="not a summary"):
        merged(tmp_path)
    (tmp_path / "summary.0-of-1.json").write_text(json.dumps({"checkpoints": [ROW]}))
    assert merged(tmp_path)[0].exit_code == 75


@pytest.mark.parametrize("share, left", [
    (Share(1, 2), ["summary.0-of-2.json", "summary.json"]),
    (Share(2, 3), ["summary.0-of-3.json", "summary.json"]),
    (WHOLE, ["summary.json"]),
])
def test_what_is_out_of_date_goes_before_work_begins(tmp_path, share, left):
    for each in (WHOLE, Share(0, 2), Share(1, 2), Share(0, 3)):
        write_summary(tmp_path, [], 0, each)
    remove_outdated_summaries(tmp_path, share)
    assert sorted(path.name for path in tmp_path.iterdir()) == left
    assert [each.summary_name for each, _ in summaries_of_shares(tmp_path)] == left[:-1]
