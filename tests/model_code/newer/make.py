"""Writes references.json: what a current PyTorch answers to every row.

    python tests/model_code/newer/make.py      (a current PyTorch's Python)
"""
import json
from pathlib import Path

import torch
from rows import answered, rows

answers = {row: answered(row) for each in rows().values() for row in each}
lines = ("{}: {}".format(json.dumps(row), json.dumps(answer)) for row, answer in answers.items())
Path(__file__).with_name("references.json").write_text(
    "{{\n{},\n{}\n}}\n".format('"torch": "{}"'.format(torch.__version__.split("+")[0]), ",\n".join(lines)))
