"""`python -m tests.chain.one_process FLAGS`: `convert FLAGS`, in a single process.

For an emulator of another processor: QEMU 7 ends a forked child that starts a thread. What is computed is the same.
"""
import contextlib
import sys
from typing import Any, Iterator, NamedTuple

from job import determinism

determinism.settle_process()
determinism.silence_libraries()

from job import pipeline  # noqa: E402
from job.batch import batch  # noqa: E402
from job.processes.actors import actor_class  # noqa: E402
from job.settings.command_line import parsed  # noqa: E402
from job.settings.settings import run_settings  # noqa: E402
from job.sides import opening  # noqa: E402
from job.watching import verdict  # noqa: E402


class Done(NamedTuple):
    answer: Any

    def result(self) -> Any:
        return self.answer


class InThisProcess:
    """Takes the place of job.processes.actors.Side."""

    def __init__(self, actor: str) -> None:
        self._actor = actor_class(actor)()

    def start(self, method: str, *arguments: Any) -> Done:
        return Done(getattr(self._actor, method)(*arguments))

    def call(self, method: str, *arguments: Any) -> Any:
        return self.start(method, *arguments).result()

    def drain(self) -> None:
        pass


class TocoRunHere:
    """Takes the place of job.tensorflow_model.toco.TocoRun."""

    def __init__(self, *steps: Any) -> None:
        for step in steps:
            step.write()
            step.then()

    def finish(self, stage: str = "") -> None:
        pass

    def end(self) -> None:
        pass


@contextlib.contextmanager
def open_sides() -> Iterator[opening.Sides]:
    pytorch = InThisProcess(opening.PYTORCH)
    from job.sides import tensorflow_side

    tensorflow_side.TocoRun = TocoRunHere
    yield opening.Sides(pytorch, InThisProcess(opening.TENSORFLOW))


def main() -> int:
    run = run_settings(parsed(["convert"] + sys.argv[1:]))
    chain = batch.Chain(*(getattr(pipeline, name) for name in batch.Chain._fields))
    return verdict.of_outcomes(batch.convert_all(run, chain, batch.Openers(open_sides, None))).exit_code


if __name__ == "__main__":
    sys.exit(main())
