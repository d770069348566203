"""Reads a statement by the published definitions, in which no other field is allowed; run by a newer Python."""
import json
import sys

from google.protobuf.json_format import MessageToDict, Parse
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage

statement = Parse(open(sys.argv[1], encoding="utf-8").read(), StatementMessage())
Statement.copy_from_pb(statement).validate()
assert statement.predicate_type == "https://slsa.dev/provenance/v1", statement.predicate_type
predicate = Provenance()
Parse(json.dumps(MessageToDict(statement.predicate)), predicate)
assert predicate.build_definition.build_type and predicate.run_details.builder.id
for dependency in predicate.build_definition.resolved_dependencies:
    ResourceDescriptor.copy_from_pb(dependency).validate()
