"""A conversion of one checkpoint between its stages: where it is made, and what has been made."""
from pathlib import Path
from typing import Mapping, NamedTuple, Tuple

from job.modes import stage_of
from job.publish import as_version
from job.samples.use import Samples
from job.values import Exported, Model


class Place(NamedTuple):
    """Where a model is made, and whose place it takes."""

    model: Path        # the folder to be published
    work: Path         # what goes with the staging folder
    saved_model: str   # saved_model/VERSION in the model's folder
    published: Path    # an earlier version of the model, where there is one


class Converted(NamedTuple):
    exported: Exported
    samples: Samples
    models: Tuple[Model, ...]
    batch_fixed_by: str  # the layer that ties the SavedModel's batch, '' where any will do
    digests: Mapping[str, str]  # SHA-256 of the files in `models`, which are on disk

    def files(self, folder: Path) -> Mapping[str, Path]:
        """The file that answers for each stage of what is published."""
        return {stage_of(each.mode): folder / each.file for each in self.models}

    def as_version(self, number: int) -> "Converted":
        """The same after its SavedModel's folder was given another number."""
        return self._replace(models=tuple(each._replace(file=as_version(each.file, number)) for each in self.models),
                             digests={as_version(file, number): digest for file, digest in self.digests.items()})
