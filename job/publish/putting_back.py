"""Models that were moved aside, and not replaced as a whole, are published again.

Where a program serves the volume, as an object store's, a folder may be renamed file by file: killed in it, the program leaves
a part of the folder in each place.
"""
import filecmp
import os
from pathlib import Path
from typing import List

from job.errors import JobError
from job.publish.checksums import verify_checksums
from job.publish.files import discard, files_under, flush_folder
from job.publish.volume import is_in_user_space


def put_back(replaced: Path, output_dir: Path) -> List[str]:
    """What was done, a sentence each; `replaced` holds what was moved aside, and lies in a staging folder."""
    done = []
    for model in sorted(replaced.iterdir()) if replaced.is_dir() else ():
        published = output_dir / model.name
        if not published.exists():
            os.rename(str(model), str(published))
        elif not is_in_user_space(output_dir) or _is_whole(published):
            continue
        elif not _is_whole(model) and _are_parts_of_one(model, published):
            _move_rest(model, published)
        else:
            discard(published, replaced.parent)
            os.rename(str(model), str(published))
        flush_folder(output_dir)
        done.append("put back {}, which a killed run had moved aside".format(model.name))
    return done


def _is_whole(model: Path) -> bool:
    try:
        return verify_checksums(model) == []
    except JobError:  # it cannot even be read
        return False


def _are_parts_of_one(model: Path, published: Path) -> bool:
    """Of two versions files of one name differ."""
    both = [file for file in files_under(model) if (published / file).exists()]
    return all(filecmp.cmp(str(model / file), str(published / file), shallow=False) for file in both)


def _move_rest(model: Path, published: Path) -> None:
    for file in files_under(model):
        if not (published / file).exists():
            (published / file).parent.mkdir(parents=True, exist_ok=True)
            os.rename(str(model / file), str(published / file))
