"""provenance.json: what was made from what and by what, as an in-toto statement with SLSA's provenance predicate.

https://in-toto.io/Statement/v1 and https://slsa.dev/provenance/v1. Times and hosts are left out: the same conversion
gives the same bytes.
"""
from typing import Any, Dict, List, Mapping, Sequence

from job.report.documents import ordered
from job.values import Exported, Model

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:pt2tflite:convert:1"
BUILDER = "urn:pt2tflite:job"


def provenance(digests: Mapping[str, str], models: Sequence[Model], exported: Exported, settings: Mapping[str, Any],
               versions: Mapping[str, str]) -> Dict[str, Any]:
    """The statement; ``digests`` holds the SHA-256 of every file that it is made for, by its name in the folder."""
    return {
        "_type": STATEMENT,
        "subject": _subjects(digests, {model.file: model for model in models}),
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": ordered(settings),
                "resolvedDependencies": [_checkpoint(exported)],
            },
            "runDetails": {"builder": {"id": BUILDER, "version": ordered(versions)}},
        },
    }


def _subjects(digests: Mapping[str, str], models: Mapping[str, Model]) -> List[Dict[str, Any]]:
    subjects = []  # type: List[Dict[str, Any]]
    for name in sorted(digests):
        subject = {"name": name, "digest": {"sha256": digests[name]}}  # type: Dict[str, Any]
        if name in models:
            subject["annotations"] = {"mode": models[name].mode, "bytes": models[name].size,
                                      "operators": ordered(models[name].operators)}
        subjects.append(subject)
    return subjects


def _checkpoint(exported: Exported) -> Dict[str, Any]:
    facts = exported.checkpoint
    return {
        "name": "checkpoint",
        "digest": {"sha256": facts.sha256},
        "annotations": {
            "format": facts.format,
            "architecture": facts.architecture,
            "parameters": facts.parameters,
            "multiply_adds": exported.multiply_adds,
        },
    }
