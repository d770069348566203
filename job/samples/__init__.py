"""The user's own inputs: pictures and arrays, as probes and, in a folder for each class, for accuracy.

folder.py lists and picks the files, classes.py says which class each stands for, reading.py makes
them a network's inputs in a side, use.py is what a conversion asks for.
"""
