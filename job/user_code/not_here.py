"""What today's PyTorch can do and what runs it here cannot, or may not: no fault of the code, nor of its input."""


class NotHere(RuntimeError):
    """Says what, and where there is one, another way to write it."""
