"""Jobs with --keep: what is published, and every earlier version that is to be there beside it."""
from pathlib import Path
from typing import Dict, Mapping, NamedTuple, Sequence, Tuple

from job.checkpoint.digest import sha256_of_file
from tests.faults.jobs import published

KEEP = 2
MODEL = "net0"

Print = Tuple[str, str]  # digests of a version's variables and of its float32 file
History = Tuple[Tuple[int, int], ...]  # number of a version, and the input that it was made from


class Kept(NamedTuple):
    """What a folder may hold: the versions before, or the next one behind them, all whole."""

    versions: Sequence[Print]  # by input

    @staticmethod
    def version_in(output_dir: Path) -> Print:
        """Of the newest."""
        return _prints(output_dir / MODEL)[-1][1]

    def seen(self, output_dir: Path) -> Dict[str, History]:
        """AssertionError where a file is partial or of no input, or is not beside the version that it was made with."""
        return {name: tuple((number, self.versions.index(made)) for number, made in _prints(output_dir / name))
                for name in published(output_dir)}

    def check(self, output_dir: Path, before: Mapping[str, History]) -> Dict[str, History]:
        now, earlier = self.seen(output_dir), before.get(MODEL, ())
        assert set(before) <= set(now), "lost"
        if now and now[MODEL] != earlier:
            *kept, (number, _) = now[MODEL]
            assert tuple(kept) == earlier[-KEEP:] and number == (earlier[-1][0] if earlier else 0) + 1, (earlier, now)
        return now

    def is_made_from(self, now: Mapping[str, History], number: int) -> bool:
        return bool(now) and now[MODEL][-1][1] == number


def _prints(model: Path) -> Sequence[Tuple[int, Print]]:
    numbers = sorted(int(folder.name) for folder in (model / "saved_model").iterdir())
    folders = [model / "saved_model" / str(number) for number in numbers]
    beside = [folder / "assets.extra" for folder in folders[:-1]] + [model]
    return [(number, (sha256_of_file(folder / "variables" / "variables.data-00000-of-00001"),
                      sha256_of_file(extra / (MODEL + ".float32.tflite"))))
            for number, folder, extra in zip(numbers, folders, beside)]
