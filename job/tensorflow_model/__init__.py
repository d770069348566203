"""From the Keras graph to the files that are published, and callables that answer probes with each."""
