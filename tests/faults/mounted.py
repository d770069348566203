"""Volumes of a test: mounted by root for a while, small or odd on purpose."""
import contextlib
import subprocess
from pathlib import Path
from typing import Iterator


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
