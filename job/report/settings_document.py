"""The settings as the report has them: no path in it, and a digest for each file that counts."""
from typing import Any, Dict, Optional

from job.parity.tolerance import DEFAULT, tolerance_for
from job.samples.calibration import calibration_folder
from job.samples.folder import digest_of_samples, sample_folder
from job.user_code.sources import digest_for_run


def settings_document(settings: Any) -> Dict[str, Any]:
    """Everything that decides the published bytes, beside the checkpoint and the job itself."""
    return {
        "arch": settings.arch,
        "arch_args": dict(settings.arch_args),
        "model_code": _code(settings.model_code),
        "input_shapes": [{"name": shape.name, "shape": list(shape.shape), "dtype": shape.dtype}
                         for shape in settings.input_shapes],
        "input_names": list(settings.input_names),
        "output_names": list(settings.output_names),
        "quantize": list(settings.quantize),
        "calibration": settings.calibration and digest_of_samples(calibration_folder(settings)),
        "calibration_count": settings.calibration_count,
        "calibration_seed": settings.calibration_seed,
        "skip_bad_images": settings.skip_bad_images,
        "samples": settings.samples and digest_of_samples(sample_folder(settings.samples)),
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
    return {"file": model_code.file.name, "factory": model_code.factory, "sha256": digest_for_run(model_code.file)}
