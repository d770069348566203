"""`python latency.py FILE ...`, in an environment with a current runtime: processor seconds of a run of each, one a line.

Files take turns, so that what else the machine does falls on all of them alike; of the runs the median counts.
"""
import statistics
import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

ROUNDS = 40


def runner(file):
    interpreter = Interpreter(file, num_threads=1)
    interpreter.allocate_tensors()
    random = np.random.RandomState(0)
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random.randn(*detail["shape"]).astype(detail["dtype"]))
    return interpreter.invoke


def seconds(run):
    start = time.process_time()
    run()
    return time.process_time() - start


runners = [runner(file) for file in sys.argv[1:]]
for run in runners:
    run()
rounds = [[seconds(run) for run in runners] for _ in range(ROUNDS)]
for times in zip(*rounds):
    print(statistics.median(times))
