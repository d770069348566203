"""What a user said, in flags and in a sidecar, and what a run makes of it.

surface.py names every command and flag, command_line.py and sidecar.py take in the words, setting_values.py,
tensor_values.py, preprocessing.py and flag_values.py check each, settings.py puts them together: one immutable Settings per
checkpoint.
"""
