"""Random networks convert and agree with PyTorch at every stage, or are refused by the name of an operator."""
import re
import subprocess
import sys

COUNT, FIRST = 200, 1000
QUANTISED = 40


def test_random_networks_are_never_wrong(checkout):
    """In a process of its own: a child forked after a torch operation, as other tests run them, hangs."""
    run = subprocess.run([sys.executable, "-I", "-m", "tests.fuzz", str(COUNT), str(FIRST)], cwd=str(checkout),
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, timeout=3600)
    assert run.returncode == 0, run.stdout
    agree, refused = map(int, re.search(
        r"(\d+) agree, (\d+) refused by name, 0 refused without one, 0 wrong, 0 crashed", run.stdout).groups())
    assert agree + refused == COUNT
    assert agree >= 0.85 * COUNT, "most of what is drawn is convertible"


def test_random_networks_run_in_every_quantised_mode(checkout):
    """In 1.14 and in a current runtime; every int8 operator is right, and what fails the gate does so by its noise alone."""
    command = [sys.executable, "-I", "-m", "tests.fuzz", "--quantize", str(QUANTISED), str(FIRST)]
    run = subprocess.run(command, cwd=str(checkout), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True,
                         timeout=3600)
    assert run.returncode == 0, run.stdout
    agree, refused, fail = map(int, re.search(
        r"(\d+) agree, (\d+) refused by name, (\d+) fail the gate, 0 refused without a name, 0 wrong, 0 crashed",
        run.stdout).groups())
    assert agree + refused + fail == QUANTISED
    assert fail <= 0.05 * QUANTISED and agree >= 0.8 * QUANTISED
    assert "of a current runtime beside 1.14" in run.stdout
