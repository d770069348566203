"""Whether every stage answers as PyTorch does, and where it first does not."""
