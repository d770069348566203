"""What a pickle of test_trusted.py names: a class of its own, whose state makes its weights."""

import torch


class Packed:
    """Holds a tensor as text; only its own code can give it back."""

    def __init__(self, numbers: list) -> None:
        self.numbers = numbers

    def __getstate__(self) -> str:
        return ",".join(map(str, self.numbers))

    def __setstate__(self, text: str) -> None:
        self.numbers = [float(word) for word in text.split(",")]


def unpacked(packed: Packed) -> torch.Tensor:
    return torch.tensor(packed.numbers)


class Weight:
    """Pickles as a call that makes a tensor."""

    def __init__(self, numbers: list) -> None:
        self.packed = Packed(numbers)

    def __reduce__(self) -> tuple:
        return unpacked, (self.packed,)
