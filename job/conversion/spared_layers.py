"""A `dynamic` file that fails its gate is made anew, and the layers whose noise is loudest keep float32 weights.

Of most trained networks that fail, a few layers of many are the cause: maps or weights of which some are a hundred times as
large as others, in one scale. How loud each layer is in an output, were it alone, is measured; from the loudest on they are
spared, until the noise of the rest, added up, is low enough. The gate is the same, and what fails it still is not published.
"""
from pathlib import Path
from typing import NamedTuple, Optional, Sequence, Tuple

from job.conversion.converted import Converted
from job.conversion.progress import Progress
from job.errors import JobError
from job.modes import FLOAT32, stage_of
from job.parity.drift import worst_probe
from job.parity.gate import first_drift
from job.parity.questions import Questions
from job.publish import settled
from job.sides.opening import Sides
from job.values import Drift, LayerNoise, Model, StageParity

STAGE, WHOLE = stage_of("dynamic"), stage_of(FLOAT32)
WANTED_DB = (15.0, 25.0, 35.0)  # of an output beside the noise of the rest, added up: tried one after another
LEAST_SAVED = 0.5  # of the bytes that 8 bits save where no layer is spared: with less it is not what was asked for


class _Spared(NamedTuple):
    model: Model
    parity: StageParity
    layers: Tuple[str, ...]  # ONNX tensors that they make


def with_spared_layers(converted: Converted, questions: Questions, sides: Sides, folder: Path, progress: Progress) -> Converted:
    """The very same where that file passes, or none does that spares as few layers as are worth it."""
    drift = first_drift(progress.stages)
    if drift is None or drift.stage != STAGE:
        return converted
    with progress.stage("spare"):
        try:
            spared = _spared(drift, converted, questions, sides, folder, progress)
        except JobError:
            return converted  # it cannot be run layer by layer: the first file's own report is what there is to say
    if spared is None:
        return converted
    modules = sides.pytorch.call("modules_of_layers")
    progress.spared_layers = tuple(modules.get(layer) or layer for layer in spared.layers)
    progress.stages = [spared.parity if each.stage == STAGE else each for each in progress.stages]
    models = tuple(spared.model if each.file == spared.model.file else each for each in converted.models)
    return converted._replace(models=models, digests=dict(converted.digests, **settled(folder, spared.model.file)))


def _spared(drift: Drift, converted: Converted, questions: Questions, sides: Sides, folder: Path,
            progress: Progress) -> Optional[_Spared]:
    """Where none passes, the file with all layers in 8 bits is there again."""
    files = converted.files(folder)
    noise = sides.tensorflow.call(
        "layer_noise", files[WHOLE], files[STAGE], worst_probe(drift, progress.stages, progress.probes), None)

    def made(layers: Tuple[str, ...]) -> _Spared:
        model = sides.tensorflow.call("spare_layers", folder, files[WHOLE], files[STAGE].name, questions.question(STAGE), layers)
        return _Spared(model, questions.judged(STAGE), layers)
    tried = [layers for layers in dict.fromkeys(loudest(noise, wanted) for wanted in WANTED_DB) if layers]
    for layers in tried:
        spared = made(layers)
        if not _saves_enough(spared.model, converted.models):
            break
        if spared.parity.passed:
            return spared
    if tried:
        made(())
    return None


def loudest(noise: Sequence[LayerNoise], wanted_db: float) -> Tuple[str, ...]:
    """As few layers as leave that to the others: `noise` is in the order of how loud they are, the loudest first."""
    heard = [each for each in noise if each.output_snr_db is not None]
    powers = [10 ** (-each.output_snr_db / 10) for each in heard]
    count = next(count for count in range(len(powers) + 1) if sum(powers[count:]) <= 10 ** (-wanted_db / 10))
    return tuple(each.layer for each in heard[:count])


def _saves_enough(model: Model, models: Sequence[Model]) -> bool:
    sizes = {stage_of(each.mode): each.size for each in models}
    return sizes[WHOLE] - model.size >= LEAST_SAVED * (sizes[WHOLE] - sizes[STAGE])
