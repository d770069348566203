"""Volumes of a test: mounted by root for a while, small or odd on purpose."""
import contextlib
import os
import subprocess
from pathlib import Path
from typing import Any, Iterator, Sequence

from tests.waiting import LONGEST, wait_until


@contextlib.contextmanager
def tmpfs(folder: Path, options: str = "size=64m") -> Iterator[Path]:
    """A volume in memory, also where somebody has taken it away meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)])
    try:
        yield folder
    finally:
        subprocess.call(["umount", str(folder)], stderr=subprocess.DEVNULL)


def remount(folder: Path, options: str) -> None:
    subprocess.check_call(["mount", "-o", "remount," + options, str(folder)])


def take_away(folder: Path) -> None:
    """Though it is in use."""
    subprocess.check_call(["umount", "--lazy", str(folder)])


@contextlib.contextmanager
def ext4(folder: Path, image: Path) -> Iterator[Path]:
    """A volume on a disk of its own, which may be made to hang."""
    folder.mkdir(parents=True, exist_ok=True)
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.check_call(["mkfs.ext4", "-q", str(image)])
    subprocess.check_call(["mount", "-o", "loop", str(image), str(folder)])
    try:
        yield folder
    finally:
        subprocess.check_call(["umount", str(folder)])


@contextlib.contextmanager
def hanging(folder: Path) -> Iterator[None]:
    """Whoever writes there waits, and cannot even be killed: as on a network volume whose server is away."""
    subprocess.check_call(["fsfreeze", "--freeze", str(folder)])
    try:
        yield
    finally:
        subprocess.check_call(["fsfreeze", "--unfreeze", str(folder)])


@contextlib.contextmanager
def sshfs(folder: Path, at: Path) -> Iterator[subprocess.Popen]:
    """The folder, over SFTP, as another host would see it; without SSH itself. The process that serves it."""
    server = subprocess.Popen(["/usr/lib/openssh/sftp-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = ["sshfs", ":" + str(folder), str(at), "-f", "-o", "passive,dcache_timeout=1"]
    with _served(line, at, stdin=server.stdout, stdout=server.stdin) as process:
        server.stdin.close()
        server.stdout.close()
        yield process
    server.wait(LONGEST)


@contextlib.contextmanager
def rclone(folder: Path, at: Path, mode: str, cache: Path) -> Iterator[subprocess.Popen]:
    """The folder as rclone mounts what is elsewhere; what its cache holds is uploaded a second later."""
    line = ["rclone", "mount", str(folder), str(at), "--config=/dev/null", "--vfs-cache-mode=" + mode,
            "--cache-dir={}".format(cache), "--vfs-write-back=1s"]
    with _served(line, at) as process:
        yield process


@contextlib.contextmanager
def _served(line: Sequence[str], at: Path, **more: Any) -> Iterator[subprocess.Popen]:
    at.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(line, **more)
    try:
        wait_until(lambda: process.poll() is not None or os.path.ismount(str(at)))
        assert process.poll() is None, "{} ended with {}".format(line[0], process.returncode)
        yield process
    finally:
        process.terminate()
        process.wait(LONGEST)
        subprocess.call(["umount", "--lazy", str(at)], stderr=subprocess.DEVNULL)
