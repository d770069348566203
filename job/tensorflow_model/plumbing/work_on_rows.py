"""What is computed row by row is computed on two axes, where that leaves out more Reshapes than it takes.

    before: FULLY_CONNECTED [R,C] -> RESHAPE [1,R,C] -> ADD -> MEAN over the last axis -> ... -> FULLY_CONNECTED
    after:  FULLY_CONNECTED [R,C] -> ADD -> MEAN over the last axis -> ... -> FULLY_CONNECTED
"""
from typing import Dict, List, NamedTuple, Set, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.plumbing.growing_file import GrowingFile
from job.tensorflow_model.plumbing.reading import makers, readers, takes_any_shape, without_unread
from job.tensorflow_model.plumbing.rows import AXES, REDUCED, Lead, lead_of

MADE_HERE = -1


class _Region(NamedTuple):
    """Operators on rows of the same lead that read each other."""

    lead: Lead
    numbers: Set[int]  # of the operators

    def rows(self, tensor: Tensor) -> Tuple[int, int]:
        return int(np.prod(self.lead)), tensor.shape[-1]


class _Ends(NamedTuple):
    entering: Dict[int, int]  # tensors from outside: what is read in their place, MADE_HERE where a RESHAPE has to make it
    leaving: Set[int]         # tensors that somebody outside needs in their own shape
    left_out: int             # RESHAPEs that nothing reads any more


def with_work_on_rows(file: TFLiteFile) -> TFLiteFile:
    """Of the first region that is worth it."""
    for region in _regions(file):
        ends = _ends(region, file)
        if ends.left_out > list(ends.entering.values()).count(MADE_HERE) + len(ends.leaving):
            return _on_rows(region, ends, file)
    return file


def _regions(file: TFLiteFile) -> List[_Region]:
    of_tensor, regions = {}, []  # type: Dict[int, _Region], List[_Region]
    for number, operator in enumerate(file.operators):
        lead = lead_of(operator, file)
        if lead is None:
            continue
        touched = _computed(operator, file) + operator.outputs
        neighbours = [each for each in regions if any(of_tensor.get(index) is each for index in touched)]
        region = _Region(lead, {number}.union(*(each.numbers for each in neighbours)))
        regions = [each for each in regions if each not in neighbours] + [region]
        of_tensor.update((index, region) for each in region.numbers
                         for index in _computed(file.operators[each], file) + file.operators[each].outputs)
    return regions


def _computed(operator: Operator, file: TFLiteFile) -> Tuple[int, ...]:
    return tuple(index for index in operator.inputs if not len(file.tensors[index].content))


def _ends(region: _Region, file: TFLiteFile) -> _Ends:
    made_by, read_by = makers(file), readers(file)
    inside = [file.operators[number] for number in sorted(region.numbers)]
    made = {index for operator in inside for index in operator.outputs}
    entering, left_out = {}, 0  # type: Dict[int, int], int
    for index in (index for operator in inside for index in _computed(operator, file) if index not in made):
        maker = made_by.get(index)
        comes_in_rows = maker is not None and maker.name == "RESHAPE" and (
            file.tensors[maker.inputs[0]].shape == region.rows(file.tensors[index]))
        if comes_in_rows and index not in entering:
            left_out += read_by[index] <= region.numbers and index not in file.outputs
        entering[index] = maker.inputs[0] if comes_in_rows else MADE_HERE
    leaving = {index for index in made if index in file.outputs or any(
        not takes_any_shape(file.operators[number], index) for number in read_by.get(index, set()) - region.numbers)}
    return _Ends(entering, leaving, left_out)


def _on_rows(region: _Region, ends: _Ends, file: TFLiteFile) -> TFLiteFile:
    growing, read_as = GrowingFile(file), dict(ends.entering)
    for number, operator in enumerate(file.operators):
        if number not in region.numbers:
            growing.add(operator)
            continue
        for index in _computed(operator, file):
            if read_as.get(index) == MADE_HERE:
                read_as[index] = growing.reshaped(index, region.rows(file.tensors[index]))
        made = operator.outputs[0]
        growing.add(operator._replace(inputs=tuple(_on_two_axes(place, operator, read_as, growing)
                                                   for place in range(len(operator.inputs)))))
        if made in ends.leaving:
            read_as[made] = growing.reshaped_back(made, region.rows(file.tensors[made]))
        else:
            growing.give_shape(made, region.rows(file.tensors[made]))
    return without_unread(growing.file())


def _on_two_axes(place: int, operator: Operator, read_as: Dict[int, int], growing: GrowingFile) -> int:
    """What the operator reads there, on rows."""
    index = operator.inputs[place]
    if operator.name in REDUCED and place == AXES:
        return growing.constant(np.array([1], np.int32))
    tensor = growing.tensors[index]
    if len(tensor.content) and len(tensor.shape) > 2:
        return growing.constant(tensor.values().reshape(-1, tensor.shape[-1]))
    return read_as.get(index, index)
