"""The user's own inputs: pictures and arrays of a folder, as probes and, with a folder per class, for accuracy.

folder.py lists and picks the files, classes.py says which class each stands for, reading.py makes them a network's
inputs in a side, use.py is what a conversion asks for.
"""
