"""An actor for tests of actors: it counts, sleeps and dies as it is told."""
import os
import signal
import time


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def add(self, number: int) -> int:
        self.count += number
        return self.count

    def divide(self, number: int) -> float:
        return 1 / number

    def pid(self) -> int:
        return os.getpid()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
