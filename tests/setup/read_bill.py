"""Reads a bill of materials by CycloneDX' published schema, strictly; run by a newer Python."""
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

sys.exit(str(JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1], encoding="utf-8").read()) or "") or 0)
