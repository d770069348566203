"""The settings as the report has them: no path in it, and a digest for each file that counts."""
from typing import Any, Dict, Optional

from job.parity.tolerance import DEFAULT, tolerance_for
from job.samples import folder
from job.samples.calibration import calibration_choice
from job.settings.settings import Settings
from job.user_code import sources


def settings_document(settings: Settings) -> Dict[str, Any]:
    """Everything that decides the published bytes, beside the checkpoint and the job itself."""
    return {
        "arch": settings.arch,
        "arch_args": dict(settings.arch_args),
        "model_code": _code(settings.model_code),
        "input_shapes": [{"name": shape.name, "shape": list(shape.shape), "dtype": shape.dtype}
                         for shape in settings.input_shapes],
        "fixed_inputs": dict(settings.fixed_inputs),
        "input_names": list(settings.input_names),
        "output_names": list(settings.output_names),
        "quantize": list(settings.quantize),
        "calibration": settings.calibration and folder.digest_for_run(*calibration_choice(settings)),
        "calibration_count": settings.calibration_count,
        "calibration_seed": settings.calibration_seed,
        "skip_bad_images": settings.skip_bad_images,
        "samples": settings.samples and folder.digest_for_run(settings.samples),
        "max_accuracy_drop": settings.max_accuracy_drop,
        "preprocess": settings.preprocess and dict(settings.preprocess._asdict()),
        "labels": list(settings.labels),
        "weights_key": settings.weights_key,
        "trust_pickle": settings.trust_pickle,
        "tolerance": {kind: dict(tolerance_for(kind, settings.tolerance)) for kind in DEFAULT},
    }


def _code(model_code: Any) -> Optional[Dict[str, str]]:
    if model_code is None:
        return None
    return {"file": model_code.file.name, "factory": model_code.factory, "sha256": sources.digest_for_run(model_code.file)}
