import signal

import pytest

from job.processes import signals


@pytest.fixture
def signals_of_the_job():
    """Handled as the job handles them; afterwards as before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signals.install()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
