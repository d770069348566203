"""What is computed row by row is computed on two axes, where that leaves out more Reshapes than it takes.

    before: FULLY_CONNECTED [R,C] -> RESHAPE [1,R,C] -> ADD -> MEAN over the last axis -> ... -> FULLY_CONNECTED
    after:  FULLY_CONNECTED [R,C] -> ADD -> MEAN over the last axis -> ... -> FULLY_CONNECTED
"""
from typing import Dict, List, NamedTuple, Sequence, Set, Tuple

import numpy as np

from job.tensorflow_model.flatbuffer.tflite_file import Operator, Tensor, TFLiteFile
from job.tensorflow_model.plumbing.growing_file import GrowingFile
from job.tensorflow_model.plumbing.reading import readers, takes_any_shape, without_unread
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
    """Of every region that is worth it: no two have an operator in common, or a tensor that is in rows."""
    made_by, read_by = file.makers(), readers(file)
    found = [(region, _ends(region, file, made_by, read_by)) for region in _regions(file)]
    worth_it = [(region, ends) for region, ends in found
                if ends.left_out > list(ends.entering.values()).count(MADE_HERE) + len(ends.leaving)]
    return _on_rows(worth_it, file) if worth_it else file


def _regions(file: TFLiteFile) -> List[_Region]:
    """By their first operators."""
    leads, joined_to, touched_by = {}, {}, {}  # type: Dict[int, Lead], Dict[int, int], Dict[int, int]
    for number, operator in enumerate(file.operators):
        lead = lead_of(operator, file)
        if lead is not None:
            leads[number], joined_to[number] = lead, number
            for index in _computed(operator, file) + operator.outputs:
                joined_to[_first(touched_by.setdefault(index, number), joined_to)] = _first(number, joined_to)
    numbers = {}  # type: Dict[int, Set[int]]
    for number in leads:
        numbers.setdefault(_first(number, joined_to), set()).add(number)
    return sorted((_Region(leads[min(each)], each) for each in numbers.values()), key=lambda region: min(region.numbers))


def _first(number: int, joined_to: Dict[int, int]) -> int:
    """The one that all of a region are joined to in the end; the way there is halved for whoever asks next."""
    while joined_to[number] != number:
        joined_to[number] = joined_to[joined_to[number]]
        number = joined_to[number]
    return number


def _computed(operator: Operator, file: TFLiteFile) -> Tuple[int, ...]:
    return tuple(index for index in operator.inputs if not len(file.tensors[index].content))


def _ends(region: _Region, file: TFLiteFile, made_by: Dict[int, Operator], read_by: Dict[int, Set[int]]) -> _Ends:
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


def _on_rows(found: Sequence[Tuple[_Region, _Ends]], file: TFLiteFile) -> TFLiteFile:
    growing, read_as = GrowingFile(file), [dict(ends.entering) for _, ends in found]
    place_of = {number: place for place, (region, _) in enumerate(found) for number in region.numbers}
    for number, operator in enumerate(file.operators):
        if number in place_of:
            place = place_of[number]
            _add_on_rows(operator, *found[place], read_as[place], growing)
        else:
            growing.add(operator)
    return without_unread(growing.file())


def _add_on_rows(operator: Operator, region: _Region, ends: _Ends, read_as: Dict[int, int], growing: GrowingFile) -> None:
    for index in operator.inputs:
        if read_as.get(index) == MADE_HERE:
            read_as[index] = growing.reshaped(index, region.rows(growing.tensors[index]))
    made = operator.outputs[0]
    rows = region.rows(growing.tensors[made])
    growing.add(operator._replace(inputs=tuple(_on_two_axes(place, operator, read_as, growing)
                                               for place in range(len(operator.inputs)))))
    if made in ends.leaving:
        read_as[made] = growing.reshaped_back(made, rows)
    else:
        growing.give_shape(made, rows)


def _on_two_axes(place: int, operator: Operator, read_as: Dict[int, int], growing: GrowingFile) -> int:
    """What the operator reads there, on rows."""
    index = operator.inputs[place]
    if operator.name in REDUCED and place == AXES:
        return growing.constant(np.array([1], np.int32))
    tensor = growing.tensors[index]
    if len(tensor.content) and len(tensor.shape) > 2:
        return growing.constant(tensor.values().reshape(-1, tensor.shape[-1]))
    return read_as.get(index, index)
