"""How families round the numbers of their channels."""


def multiple_of(divisor: int, channels: float) -> int:
    """The nearest multiple that loses at most a tenth of the channels."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


def multiple_of_8(channels: float) -> int:
    return multiple_of(8, channels)
