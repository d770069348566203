"""The two sides: no process holds PyTorch and TensorFlow both, and each imports while the other works."""
import contextlib
import functools
from typing import Callable, ContextManager, Iterator, NamedTuple, Tuple

from job import determinism
from job.errors import Interrupted, Stopped
from job.processes import temporary_folder
from job.processes.actors import Side, side_with
from job.processes.nursery import Nursery, nursery
from job.processes.shared_values import shared

PYTORCH = "job.sides.pytorch_side:PyTorchSide"
TENSORFLOW = "job.sides.tensorflow_side:TensorFlowSide"


class Sides(NamedTuple):
    pytorch: Side
    tensorflow: Side

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """When it ends, neither side touches a file any more: they have let go, or on a signal are killed."""
        try:
            yield
        except (Stopped, Interrupted):
            for side in self:
                side.close()
            raise
        except BaseException:
            self._release()
            raise
        self._release()

    def peak_memory(self) -> int:
        """Bytes, of both at their peaks."""
        return sum(side.call("peak_memory") for side in self)

    def _release(self) -> None:
        """Both finish what is under way, and forget the checkpoint."""
        for side in self:
            side.start("release")
            side.drain()


class Nurseries(NamedTuple):
    """Where fresh sides come from, in hundredths of a second each."""

    pytorch: Nursery
    tensorflow: Nursery

    def opened(self) -> ContextManager[Sides]:
        """Also in a process that was forked off since; neither waits until the other has imported."""
        return _opened(*(each.side for each in self))

    def close(self) -> None:
        for each in self:
            each.close()


def open_sides() -> ContextManager[Sides]:
    """Both sides, importing from now on; they end with the context, whatever they are doing."""
    _prepare()
    return _opened(lambda: side_with(PYTORCH), lambda: side_with(TENSORFLOW))


@contextlib.contextmanager
def open_pytorch_first() -> Iterator[Tuple[Side, Callable[[], Side]]]:
    """PyTorch's side, importing from now on, and TensorFlow's, which begins to when it is first called for."""
    _prepare()
    with contextlib.ExitStack() as stack:
        def opened(actor: str) -> Side:
            side = side_with(actor)
            stack.callback(side.close)
            return side

        yield opened(PYTORCH), functools.lru_cache()(functools.partial(opened, TENSORFLOW))


@contextlib.contextmanager
def open_nurseries() -> Iterator[Nurseries]:
    """Both, importing from now on; they end with the context, and with them all that they forked off.

    What one side works out for a network, all of its kind know after it.
    """
    _prepare()
    known = shared()
    opened = Nurseries(nursery(PYTORCH, known), nursery(TENSORFLOW, known))
    try:
        yield opened
    finally:
        opened.close()


def _prepare() -> None:
    determinism.settle_process()
    temporary_folder.check()


@contextlib.contextmanager
def _opened(*makers: Callable[[], Side]) -> Iterator[Sides]:
    with contextlib.ExitStack() as stack:
        opened = []
        for make in makers:
            opened.append(make())
            stack.callback(opened[-1].close)
        yield Sides(*opened)
