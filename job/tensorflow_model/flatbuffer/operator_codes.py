"""What an operator of a .tflite file is called: each has the number of a code, and the file has a list of codes."""
from job.tensorflow_model.flatbuffer.edit import append_codes, append_operator, entry, point
from job.tensorflow_model.flatbuffer.operators import BUILTIN_OPERATORS
from job.tensorflow_model.flatbuffer.tables import root_table
from job.tensorflow_model.flatbuffer.tflite_file import CODE_BUILTIN, GRAPH_OPERATORS, MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS


def rename_operator(data: bytearray, number: int, name: str) -> None:
    """The same tensors and options, under another builtin's name."""
    code = code_of(data, name)
    graph = root_table(data).tables(MODEL_SUBGRAPHS)[0]
    changed = append_operator(data, graph.tables(GRAPH_OPERATORS)[number], code)
    point(data, entry(graph, GRAPH_OPERATORS, number), changed)


def code_of(data: bytearray, name: str) -> int:
    """The number of the operator's code in the file, which is added where it is not there."""
    model, builtin = root_table(data), BUILTIN_OPERATORS.index(name)
    codes = model.tables(MODEL_OPERATOR_CODES)
    for number, code in enumerate(codes):
        if code.number(CODE_BUILTIN, "B") == builtin:
            return number
    point(data, model.place(MODEL_OPERATOR_CODES), append_codes(data, codes, builtin))
    return len(codes)
