"""What Linux tells of a process: those it has forked, what it has open and how much memory it takes."""
import os
import re
from typing import List

_PSS = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)


def children(pid: int) -> List[int]:
    """None of one that has ended."""
    try:
        with open("/proc/{0}/task/{0}/children".format(pid)) as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def descendants(pid: int) -> List[int]:
    """Its children, theirs and so on."""
    found = children(pid)
    return found + [each for child in found for each in descendants(child)]


def descriptors(pid: int) -> int:
    try:
        return len(os.listdir("/proc/{}/fd".format(pid)))
    except OSError:
        return 0


def resident(pid: int) -> int:
    """Bytes; pages that several processes share count for each by its share."""
    try:
        with open("/proc/{}/smaps_rollup".format(pid)) as rollup:
            return sum(int(kilobytes) for kilobytes in _PSS.findall(rollup.read())) * 1024
    except OSError:
        return 0


def is_alive(pid: int) -> bool:
    """Zombies are not."""
    try:
        with open("/proc/{}/stat".format(pid)) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
