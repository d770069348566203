"""Reads a WorkflowTemplate by Argo's definitions, and names what they do not know; run by a newer Python."""
import sys

import yaml
from hera.workflows.models import WorkflowTemplate


def unknown(written, read, path=""):
    """Where the two differ in keys: what was read is without what the definitions lack."""
    if isinstance(written, list):
        return [each for pair in zip(written, read) for each in unknown(*pair, path=path + "[]")]
    if not isinstance(written, dict):
        return []
    return [path + "." + key for key in written if key not in read] + [
        each for key in written if key in read for each in unknown(written[key], read[key], path + "." + key)]


written = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
read = WorkflowTemplate.model_validate(written).model_dump(by_alias=True, exclude_unset=True)
sys.exit("unknown: " + ", ".join(unknown(written, read)) if unknown(written, read) else 0)
