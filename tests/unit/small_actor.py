"""An actor for tests of actors: it counts, sleeps and dies as it is told."""
import os
import signal
import time

MAY_GO_ON = "TESTS_MAY_GO_ON"


class Counter:
    prepared_by = None  # the process that did

    def __init__(self) -> None:
        self.count = 0

    @classmethod
    def prepare(cls) -> None:
        cls.prepared_by = os.getpid()

    def preparer(self) -> int:
        return self.prepared_by

    def add(self, number: int) -> int:
        self.count += number
        return self.count

    def divide(self, number: int) -> float:
        return 1 / number

    def pid(self) -> int:
        return os.getpid()

    def descriptors(self) -> int:
        return len(os.listdir("/proc/self/fd"))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)


class Slow:
    """Is prepared once the file is there that the environment names."""

    @staticmethod
    def prepare() -> None:
        while not os.path.exists(os.environ[MAY_GO_ON]):
            time.sleep(0.01)

    def was_let(self) -> bool:
        return os.path.exists(os.environ[MAY_GO_ON])
