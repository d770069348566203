"""Prometheus' own reader: metrics as JSON, [name, labels, value] each; run by a newer Python."""
import json
import sys

from prometheus_client.parser import text_string_to_metric_families

families = list(text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read()))
assert all(family.type == "gauge" and family.documentation for family in families)
json.dump([[sample.name, sample.labels, sample.value] for family in families for sample in family.samples], sys.stdout)
