"""Docker's command line, as these tests use it."""
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional


class Finished(NamedTuple):
    """A command that has ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


class Docker(NamedTuple):
    """A client that can build with BuildKit, and the daemon that it speaks to."""

    client: str
    host: str

    def __call__(self, *arguments: str) -> str:
        """What the command printed; fails the test when the command does."""
        finished = self.run(*arguments)
        assert finished.code == 0, "docker {}: exit {}\n{}".format(
            " ".join(arguments), finished.code, finished.err[-4000:])
        return finished.out.strip()

    def run(self, *arguments: str, timeout: float = 1800) -> Finished:
        done = subprocess.run([self.client, *arguments], env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    def environment(self) -> Dict[str, str]:
        return dict(os.environ, DOCKER_HOST=self.host, DOCKER_BUILDKIT="1")

    def has_image(self, name: str) -> bool:
        return self.run("image", "inspect", name).code == 0

    def inspect(self, name: str) -> Dict[str, Any]:
        return json.loads(self("inspect", name))[0]

    def build(self, checkout: Path, tag: str, base: str, *flags: str) -> None:
        self("build", "--network", "host", "--build-arg", "BASE=" + base, "--tag", tag, *flags, str(checkout))


def building_client() -> Optional[str]:
    """A docker command that can drive BuildKit: it is built in before 23, and a plugin since."""
    for client in _clients():
        version = re.search(r"version (\d+)", _output(client, "--version"))
        if version and (int(version.group(1)) < 23 or _output(client, "buildx", "version")):
            return client
    return None


def _clients() -> List[str]:
    found = (shutil.which("docker", path=folder) for folder in os.get_exec_path())
    return [client for client in found if client]


def _output(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode() if done.returncode == 0 else ""
