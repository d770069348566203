"""What asks for no shape reads what was there before the RESHAPE.

    before: x -> RESHAPE -> RESHAPE -> y
    after:  x -> RESHAPE -> y

A FULLY_CONNECTED asks for none: it takes its input as rows as long as its weights are. A RESHAPE of a constant is another
constant.
"""
from job.tensorflow_model.flatbuffer.tflite_file import Operator, TFLiteFile
from job.tensorflow_model.plumbing.reading import TAKE_ANY, without_unread


def without_reshape_chains(file: TFLiteFile) -> TFLiteFile:
    return _with_constants_reshaped(_reading_before(file))


def _reading_before(file: TFLiteFile) -> TFLiteFile:
    made_by, changed = file.makers(), False
    operators = []
    for operator in file.operators:
        source = operator.inputs[0] if operator.name in TAKE_ANY else None
        while source in made_by and made_by[source].name == "RESHAPE":
            source = made_by[source].inputs[0]
        if operator.name in TAKE_ANY and source != operator.inputs[0]:
            operator, changed = operator._replace(inputs=(source,) + operator.inputs[1:]), True
        operators.append(operator)
    return without_unread(file._replace(operators=tuple(operators))) if changed else file


def _with_constants_reshaped(file: TFLiteFile) -> TFLiteFile:
    times_read = file.times_read()
    gone = {each for each in file.operators if _is_of_constant(each, file) and times_read[each.inputs[0]] == 1}
    if not gone:
        return file
    constants = {each.outputs[0]: file.tensors[each.outputs[0]]._replace(content=file.tensors[each.inputs[0]].content)
                 for each in gone}
    return file.with_tensors(constants)._replace(
        operators=tuple(each for each in file.operators if each not in gone)).without_unused()


def _is_of_constant(operator: Operator, file: TFLiteFile) -> bool:
    return (operator.name == "RESHAPE" and len(file.tensors[operator.inputs[0]].content) > 0
            and operator.outputs[0] not in file.outputs)
