"""Writes references.json and changed.json, what a current PyTorch answers to every row, and of_3_10.json, what a current
Python answers to of_3_10.txt.

    python -m tests.model_code.newer.make      (a current PyTorch's Python, at the checkout's root)
"""
import json
import sys
import types
from pathlib import Path

import torch

from tests.model_code.newer import changed, rows


def write(file, answers):
    lines = ("{}: {}".format(json.dumps(row), json.dumps(answer)) for row, answer in answers.items())
    Path(__file__).with_name(file).write_text(
        "{{\n{},\n{}\n}}\n".format('"torch": "{}"'.format(torch.__version__.split("+")[0]), ",\n".join(lines)))


write("references.json", {row: rows.answered(row) for each in rows.rows().values() for row in each})
write("changed.json", {row: changed.answered(row) for row in changed.ROWS})
space = {"__name__": "of_3_10"}
sys.modules["of_3_10"] = types.ModuleType("of_3_10")  # where dataclasses look
exec(Path(__file__).with_name("of_3_10.txt").read_text(), space)
Path(__file__).with_name("of_3_10.json").write_text(json.dumps(list(map(repr, space["results"]())), indent=0) + "\n")
