"""What several of these tests convert."""
import pytest

from job.demo.training import Trainer


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """A trained network."""
    checkpoint = tmp_path_factory.mktemp("trained") / "digits.pth"
    Trainer().train(checkpoint)
    return checkpoint
