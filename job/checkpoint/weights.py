"""One file, from its first bytes to named arrays."""

from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple, Optional, Tuple

from job.checkpoint.arrays import arrays_of
from job.checkpoint.readers import HEAD, reader_for
from job.checkpoint.source import Source
from job.checkpoint.state_dict import find_state_dict
from job.checkpoint.watch import Watch
from job.errors import BadCheckpoint


class Weights(NamedTuple):
    format: str  # the reader's name
    tensors: "OrderedDict[str, Any]"  # numpy arrays by key, in the file's order
    notes: Tuple[str, ...]
    watches: Tuple[Watch, ...] = ()  # other files that it lies in


def weights_of(path: Path, source: Source, weights_key: Optional[str] = None) -> Weights:
    """The weights of an open file; BadCheckpoint names the file and its format."""
    reader = reader_for(source.read(min(HEAD, source.size)), path)
    source.seek(0)
    try:
        content = reader.read(source)
        state_dict, found_notes = find_state_dict(content.tree, weights_key)
        tensors, array_notes = arrays_of(source, content, state_dict.tensors)
    except BadCheckpoint as error:
        where = "{} ({}): ".format(path.name, reader.name)
        raise BadCheckpoint(where + error.message, error.hint) from error
    return Weights(reader.name, tensors, content.notes + found_notes + array_notes, content.watches)
