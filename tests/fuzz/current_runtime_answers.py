"""What a current LiteRT runtime answers; runs in an environment of its own, not in the job's.

`FOLDER FILE...`: FOLDER/questions.npz holds the inputs as PROBE.NAME, each file's answers go to FILE.npz as PROBE.NAME.
"""
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

OF_8_BITS = (np.int8, np.uint8)


def answers(file, questions):
    interpreter = Interpreter(file, num_threads=1)
    interpreter.allocate_tensors()
    for number in range(1 + max(int(key.split(".", 1)[0]) for key in questions)):
        for detail in interpreter.get_input_details():
            value, (scale, zero_point) = questions["{}.{}".format(number, detail["name"])], detail["quantization"]
            if detail["dtype"] in OF_8_BITS:
                limits = np.iinfo(detail["dtype"])
                value = np.clip(np.round(value / np.float32(scale)) + zero_point, limits.min, limits.max).astype(detail["dtype"])
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        for place, detail in enumerate(interpreter.get_output_details()):
            value, (scale, zero_point) = interpreter.get_tensor(detail["index"]), detail["quantization"]
            if detail["dtype"] in OF_8_BITS:
                value = (value.astype(np.float32) - zero_point) * np.float32(scale)
            yield "{}.{}".format(number, place), value


if __name__ == "__main__":
    folder, *files = sys.argv[1:]
    with np.load(folder + "/questions.npz") as asked:
        given = {key: asked[key] for key in asked.files}
    for each in files:
        np.savez(each + ".npz", **dict(answers(each, given)))
