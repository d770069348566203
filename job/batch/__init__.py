"""Many checkpoints: found, planned, shared out to workers, and told of in one summary.

discovery.py finds them, planning.py gives each its settings, crew.py has the workers, batch.py leads, rows.py and
summaries.py say what came of it.
"""
