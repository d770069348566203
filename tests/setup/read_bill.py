"""Reads a bill of materials by CycloneDX' published schema, strictly; run by a newer Python."""
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

bill = open(sys.argv[1], encoding="utf-8").read()
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(bill)
sys.exit(str(error) if error else 0)
