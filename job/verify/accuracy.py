"""How often published files tell labelled samples right, beside their SavedModel: what was published is asked again."""
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence

from job.errors import BadCheckpoint
from job.parity.gate import parity_failed
from job.samples.accuracy import Accuracy, dropped, number_asked, told
from job.samples.use import samples_for
from job.settings.preprocessing import Preprocess
from job.sides.opening import Sides
from job.values import Exported
from job.verify.published_model import PublishedModel
from job.watching import log


class _Labelled(NamedTuple):
    """What samples_for asks of settings: what is given now, else what the model was published with."""

    samples: Path
    preprocess: Optional[Preprocess]
    labels: Sequence[str]
    max_accuracy_drop: Optional[float]


def check_accuracy(published: PublishedModel, sides: Sides, work: Path, given: Mapping[str, Any]) -> None:
    """`given` are flags: `samples`, and perhaps `preprocess` and `max_accuracy_drop`.

    Raises BadCheckpoint for samples that show no accuracy, ParityFailed where a file loses more than is allowed.
    """
    asked = _labelled(published, given)
    exported = Exported(work, published.inputs, published.outputs, None, published.multiply_adds)
    samples = samples_for(asked, exported, sides.pytorch, work / "samples.npz")
    if not samples.classes:
        raise BadCheckpoint("the samples are in no class's folder: there is no accuracy to check",
                            hint="put them in a folder for each class", stage="samples")
    accuracy = Accuracy(work, samples, published.outputs[0])
    for stage, file in published.files.items():
        accuracy.ask(stage, number_asked(stage, len(samples.labels), exported.multiply_adds), sides.tensorflow, file)
    figures = accuracy.figures(asked.max_accuracy_drop is not None)
    log.note(told(figures["stages"]), published.name)
    drift = dropped(figures, asked.max_accuracy_drop)
    if drift is not None:
        raise parity_failed(drift)


def _labelled(published: PublishedModel, given: Mapping[str, Any]) -> _Labelled:
    return _Labelled(given["samples"], given.get("preprocess", published.preprocess), published.labels,
                     given.get("max_accuracy_drop", published.max_accuracy_drop))
