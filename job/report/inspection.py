"""What `inspect` says, as lines of text."""
from typing import List, Mapping, Sequence

from job.values import Exported, Inspected, elements

MOST_TENSORS = 400


def of_checkpoint(found: Inspected) -> List[str]:
    parameters = sum(elements(shape) for _, _, shape in found.tensors)
    lines = ["{}: {}, {} tensors, {:,} numbers".format(found.file, found.format, len(found.tensors), parameters),
             "sha256 {}".format(found.sha256)]
    lines += ["note: " + note for note in found.notes]
    lines += ["  {:<60} {:<8} {}".format(name, dtype, "x".join(map(str, shape)) or "scalar")
              for name, dtype, shape in found.tensors[:MOST_TENSORS]]
    if len(found.tensors) > MOST_TENSORS:
        lines.append("  and {} more".format(len(found.tensors) - MOST_TENSORS))
    return lines + list(found.evidence)


def of_network(exported: Exported, operators: Mapping[str, int], problems: Sequence[str]) -> List[str]:
    lines = ["architecture {}, {:,} parameters, {:,} multiply-adds".format(
        exported.checkpoint.architecture, exported.checkpoint.parameters, exported.multiply_adds)]
    lines += ["{} {} {} {}".format(kind, facts.name, facts.dtype, "x".join(map(str, facts.pytorch_shape)))
              for kind, ends in (("input", exported.inputs), ("output", exported.outputs)) for facts in ends]
    lines.append("operators: " + ", ".join("{} x{}".format(op, operators[op]) for op in sorted(operators)))
    if problems:
        return lines + ["would be refused:"] + ["  " + problem for problem in problems]
    return lines + ["nothing stands in the way"]
