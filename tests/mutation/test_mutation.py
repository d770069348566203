"""A sample of the mutation check: what handles attributes cannot be switched off without a test that fails."""
import re
import subprocess
import sys

import pytest

CONVERTERS = "job/keras_model/(convolution|padding|pointwise|pooling|reduction|transposed_convolution).py"


@pytest.mark.slow
def test_a_sample_of_mutants_is_killed_or_explained(checkout):
    """In a process of its own: a child forked after a torch operation, as other tests run them, hangs."""
    asked = [sys.executable, "-I", "-m", "tests.mutation", CONVERTERS, "--every", "16", "--tests", "tests/operators"]
    run = subprocess.run(asked, cwd=str(checkout), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         universal_newlines=True, timeout=2400)
    assert run.returncode == 0, run.stdout
    mutants, killed, listed = map(int, re.search(r"^all +(\d+) +(\d+) +(\d+)", run.stdout, re.MULTILINE).groups())
    assert mutants >= 25 and killed + listed == mutants
