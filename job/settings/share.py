"""One of several jobs that divide checkpoints among themselves, such as the pods of an Indexed Job."""
import hashlib
import re
from pathlib import Path
from typing import NamedTuple, Tuple

_SUMMARY = re.compile(r"summary\.(?P<index>\d+)-of-(?P<count>\d+)\.json")

MOST_SHARES = 100000  # as many as an Indexed Job may have


class Share(NamedTuple):
    """What this job takes: of ``count`` shares the one called ``index``, from 0."""

    index: int
    count: int

    def takes(self, name: str) -> bool:
        """Whether this checkpoint is ours: its name alone decides, so that a new file moves no other."""
        digest = hashlib.sha256(name.encode("ascii")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index

    @property
    def is_one(self) -> bool:
        return self.index < self.count <= MOST_SHARES

    @property
    def label(self) -> str:
        """As --shard has it; "" of a job that takes all."""
        return "" if self.count == 1 else "{}/{}".format(self.index, self.count)

    @property
    def summary_name(self) -> str:
        return "summary.json" if self.count == 1 else "summary.{}-of-{}.json".format(self.index, self.count)


WHOLE = Share(0, 1)


def summaries_of_shares(folder: Path) -> Tuple[Tuple[Share, Path], ...]:
    """The summaries that shares left in a folder, by share; what is called otherwise than a share calls it is none."""
    files = [path for path in folder.glob("summary.*.json") if path.is_file()]
    matches = [(_SUMMARY.fullmatch(path.name), path) for path in files]
    found = [(Share(int(match.group("index")), int(match.group("count"))), path) for match, path in matches if match]
    return tuple(sorted((share, path) for share, path in found if share.is_one and path.name == share.summary_name))
