"""Whole processes measured side by side: Python 3.6 or newer, standard library only."""
