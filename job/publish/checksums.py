"""SHA256SUMS, in the format of `sha256sum -c`: of every file in a model's folder but itself and run.json."""
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Mapping, Tuple

from job.checkpoint.digest import sha256_of_file, sha256_of_stream
from job.processes.threads import starting
from job.publish.files import FILE_MODE, files_under, refusals_as_job_errors, set_mode

SUMS = "SHA256SUMS"
UNCHECKED = frozenset((SUMS, "run.json"))
_THREADS = 2
_LINE = re.compile(br"(\\?)([0-9a-f]{64}) [ *]([^\n]+)", re.DOTALL)


def write_checksums(folder: Path, known: Mapping[str, str]) -> None:
    """Write SHA256SUMS; `known` holds, by relative name, what settle_file() gave for some of the files."""
    checked = checked_files(folder)
    unknown = [name for name in checked if name not in known]
    with ThreadPoolExecutor(_THREADS) as threads:
        with starting():
            sums = threads.map(settle_file, [folder / name for name in unknown])
        found = dict(zip(unknown, sums))
    lines = (_line(found.get(name) or known[name], name) for name in checked)
    (folder / SUMS).write_bytes(b"".join(lines))


def checked_files(folder: Path) -> List[str]:
    """Relative names of the files that SHA256SUMS covers, in bytewise order."""
    return [str(path) for path in files_under(folder) if str(path) not in UNCHECKED]


def settle_file(path: Path) -> str:
    """The finished file is readable by everyone and on disk; returns its SHA-256 in hexadecimal."""
    with refusals_as_job_errors("flushing {}".format(path)), path.open("rb", buffering=0) as file:
        set_mode(path, FILE_MODE)
        found = sha256_of_stream(file)
        os.fsync(file.fileno())
    return found


def listed_digests(folder: Path) -> Dict[str, str]:
    """What SHA256SUMS says of each file, by relative name; {} where there is none."""
    sums = folder / SUMS
    return _parsed(sums.read_bytes())[0] if sums.is_file() else {}


def verify_checksums(folder: Path) -> List[str]:
    """What is missing, extra, changed or no plain file in a published folder, one sentence each."""
    with refusals_as_job_errors("verifying {}".format(folder)):
        if not (folder / SUMS).is_file():
            return ["{} is missing".format(SUMS)]
        listed, problems = _parsed((folder / SUMS).read_bytes())
        present = set(checked_files(folder))
        problems += ["{} is missing".format(name) for name in listed if name not in present]
        problems += ["{} is not listed in {}".format(name, SUMS) for name in sorted(present - set(listed))]
        for name in sorted(present & set(listed)):
            problems += _problems(folder / name, name, listed[name])
    return problems


def _problems(path: Path, name: str, expected: str) -> List[str]:
    if path.is_symlink() or not path.is_file():
        return ["{} is not a plain file".format(name)]
    return [] if sha256_of_file(path) == expected else ["{} has changed".format(name)]


def _line(digest: str, name: str) -> bytes:
    """sha256sum's own escapes, for the names that need them."""
    plain = os.fsencode(name)
    escaped = plain.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
    return (b"" if escaped == plain else b"\\") + digest.encode("ascii") + b"  " + escaped + b"\n"


def _parsed(content: bytes) -> Tuple[Dict[str, str], List[str]]:
    """Digests by name, and what is wrong with the list itself."""
    listed, problems = {}, []  # type: Dict[str, str], List[str]
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if not match:
            problems.append("line {} of {} is damaged".format(number, SUMS))
            continue
        escape, digest, name = match.groups()
        listed[os.fsdecode(_unescaped(name) if escape else name)] = digest.decode("ascii")
    if not content.endswith(b"\n"):
        problems.append("{} is cut short".format(SUMS))
    return listed, problems


def _unescaped(name: bytes) -> bytes:
    return re.sub(br"\\(.)", lambda match: b"\n" if match.group(1) == b"n" else match.group(1), name)


def settled(folder: Path, name: str) -> Dict[str, str]:
    """settle_file() of folder/name, or of every file under it: digests by their names in `folder`."""
    found = folder / name
    files = [found] if found.is_file() else [found / inner for inner in files_under(found)]
    return {str(file.relative_to(folder)): settle_file(file) for file in files}
