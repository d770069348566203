import pytest

from job.checkpoint import watch


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad file that is seconds old is looked at twice, in case it grows; these do not."""
    monkeypatch.setattr(watch, "SETTLE", 0)
