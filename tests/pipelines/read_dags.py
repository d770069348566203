"""Reads a folder of DAGs as Airflow does, and prints what is in it as JSON; run by a newer Python."""
import json
import sys

from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
tasks = {name: [[type(task).__name__, task.arguments] for task in dag.tasks] for name, dag in bag.dags.items()}
print("\n" + json.dumps({"errors": len(bag.import_errors), "tasks": tasks}))
