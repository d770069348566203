"""Every call that changes the output folder fails once: what is published stays whole, and a retry mends it."""
import contextlib
import errno
import shutil
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple

from tests.faults import failing
from tests.faults.failing import Failing, environment_with
from tests.faults.jobs import Expected, Warm, left_over, published, words, write_checkpoints


class Plan(NamedTuple):
    """Which calls fail, and how."""

    name: str
    kinds: int
    number: int
    for_ever: bool  # from one call on, as on a full disk; or that one alone
    codes: Tuple[int, ...]  # that are right where a call failed; 0, where the job could do without the call


PLANS = (
    Plan("disk full from a call on", failing.GROWS, errno.ENOSPC, True, (75,)),
    Plan("disk full for one call", failing.GROWS, errno.ENOSPC, False, (0, 75)),
    Plan("quota for one call", failing.CHANGES, errno.EDQUOT, False, (0, 75)),
    Plan("I/O error for one call", failing.CHANGES | failing.REMOVE, errno.EIO, False, (0, 75)),
    Plan("gone from a call on", failing.CHANGES | failing.REMOVE, errno.ESTALE, True, (0, 75)),
    Plan("read-only from a call on", failing.CHANGES | failing.REMOVE, errno.EROFS, True, (0, 2)),
    Plan("no exchange", failing.EXCHANGE, errno.EINVAL, True, (0,)),
    Plan("no such call as exchange", failing.EXCHANGE, errno.ENOSYS, True, (0,)),
)


INT8 = ("--quantize=dynamic,int8",)  # makes the most files: samples that it is calibrated with too


class Ground:
    """Two versions of a model, a folder to publish them in, and jobs whose calls fail as they are told to.

    With `keep` the second was made where the first was, which is kept beside it.
    """

    def __init__(self, scratch: Path, keep: int, flags: Sequence[str]) -> None:
        self.scratch, self.out = scratch, scratch / "volume" / "out"
        self.flags = ("--keep={}".format(keep), *flags)
        self.out.parent.mkdir(parents=True)
        self.failing = Failing(scratch, self.out)
        self.inputs = [write_checkpoints(scratch / "in{}".format(seed), 1, seed) for seed in (0, 1)]
        self.warm = Warm(environment_with(self.failing), scratch / "said")
        self.versions = []  # type: List[Path]
        for number in (0, 1):
            self.put(0 if keep and number else None)
            self.versions.append(self._version(number))
        self.expected = Expected([published(self.scratch / "version{}".format(number)) for number in (0, 1)])

    def _version(self, number: int) -> Path:
        assert self.run(number) == 0, self.warm.said.read_text()
        return Path(shutil.move(str(self.out), str(self.scratch / "version{}".format(number))))

    def run(self, number: int) -> int:
        return self.warm.run(words(self.inputs[number], self.out, *self.flags))

    def put(self, number: Optional[int]) -> None:
        """The folder as a run of that version has left it, or none at all."""
        shutil.rmtree(str(self.out), ignore_errors=True)
        if number is not None:
            shutil.copytree(str(self.versions[number]), str(self.out))


@contextlib.contextmanager
def ground(scratch: Path, keep: int = 0, flags: Sequence[str] = ()) -> Iterator[Ground]:
    opened = Ground(scratch, keep, flags)
    with contextlib.closing(opened.warm):
        yield opened


def calls(at: Ground, plan: Plan, before: Optional[int]) -> int:
    """How many there are to fail in a run of version 1."""
    at.put(before)
    at.failing.set(plan.kinds)
    assert at.run(1) == 0
    return at.failing.seen


def run_with(at: Ground, plan: Plan, before: Optional[int], call: int) -> int:
    """The exit code of a run in which it fails; then of nothing that was there is anything lost, and a retry mends."""
    at.put(before)
    at.failing.set(plan.kinds, call, failing.EVER if plan.for_ever else call, plan.number)
    code = at.run(1)
    failed = at.failing.seen >= call
    at.failing.set(0)
    now = at.expected.check(at.out, {} if before is None else {"net0": b""})
    if code == 0:
        assert now == at.expected.versions[1]
    assert code in (plan.codes if failed else (0,)), "exit code {}".format(code)
    assert at.run(1) == 0
    assert published(at.out) == at.expected.versions[1] and left_over(at.out, {"net0"}) == []
    assert not (at.out / ".failed" / "net0").exists()
    return code


def swept(at: Ground, plan: Plan, before: Optional[int], step: int = 1, start: int = 1) -> Iterator[List[str]]:
    """What went wrong at each call that was let fail."""
    for call in range(start, calls(at, plan, before) + 1, step):
        try:
            run_with(at, plan, before, call)
        except AssertionError as error:
            run = "first" if before is None else "replacing"
            yield ["{}, {}, call {}: {}".format(plan.name, run, call, error)]
        else:
            yield []
