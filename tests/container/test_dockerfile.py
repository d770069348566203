"""The Dockerfile as text: linted, pinned, nothing of one machine in it."""
import re
import subprocess


def test_hadolint_is_clean(tools, checkout):
    done = subprocess.run([str(tools / "hadolint"), "--no-color", str(checkout / "Dockerfile")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


def test_the_base_is_pinned_by_digest(checkout):
    dockerfile = (checkout / "Dockerfile").read_text()
    assert re.search(r"^ARG BASE=python:3\.6-slim@sha256:[0-9a-f]{64}$", dockerfile, re.MULTILINE)
    sources = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    stages = re.findall(r"^FROM \S+ AS (\S+)", dockerfile, re.MULTILINE)
    assert set(sources) - set(stages) == {"${BASE}", "scratch"}


def test_the_entrypoint_is_process_1_itself(checkout):
    """A shell as process 1 would swallow SIGTERM."""
    assert 'ENTRYPOINT ["python", "-m", "job"]' in (checkout / "Dockerfile").read_text().splitlines()
