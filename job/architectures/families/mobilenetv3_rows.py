"""MobileNetV3's blocks, row by row, as published in 2019 and 2020."""
from typing import NamedTuple, Tuple


class Row(NamedTuple):
    """One inverted residual block."""

    kernel: int
    expansion: float  # channels in 2019, a ratio of the input channels in 2020
    out: int
    squeeze: int  # 1 with squeeze-and-excite
    h_swish: int  # 1 with h-swish, 0 with ReLU
    stride: int


Rows = Tuple[Row, ...]

LARGE_2019 = (
    Row(3, 16, 16, 0, 0, 1),
    Row(3, 64, 24, 0, 0, 2),
    Row(3, 72, 24, 0, 0, 1),
    Row(5, 72, 40, 1, 0, 2),
    Row(5, 120, 40, 1, 0, 1),
    Row(5, 120, 40, 1, 0, 1),
    Row(3, 240, 80, 0, 1, 2),
    Row(3, 200, 80, 0, 1, 1),
    Row(3, 184, 80, 0, 1, 1),
    Row(3, 184, 80, 0, 1, 1),
    Row(3, 480, 112, 1, 1, 1),
    Row(3, 672, 112, 1, 1, 1),
    Row(5, 672, 160, 1, 1, 1),
    Row(5, 672, 160, 1, 1, 2),
    Row(5, 960, 160, 1, 1, 1),
)
SMALL_2019 = (
    Row(3, 16, 16, 1, 0, 2),
    Row(3, 72, 24, 0, 0, 2),
    Row(3, 88, 24, 0, 0, 1),
    Row(5, 96, 40, 1, 1, 2),
    Row(5, 240, 40, 1, 1, 1),
    Row(5, 240, 40, 1, 1, 1),
    Row(5, 120, 48, 1, 1, 1),
    Row(5, 144, 48, 1, 1, 1),
    Row(5, 288, 96, 1, 1, 2),
    Row(5, 576, 96, 1, 1, 1),
    Row(5, 576, 96, 1, 1, 1),
)
LARGE_2020 = (
    Row(3, 1, 16, 0, 0, 1),
    Row(3, 4, 24, 0, 0, 2),
    Row(3, 3, 24, 0, 0, 1),
    Row(5, 3, 40, 1, 0, 2),
    Row(5, 3, 40, 1, 0, 1),
    Row(5, 3, 40, 1, 0, 1),
    Row(3, 6, 80, 0, 1, 2),
    Row(3, 2.5, 80, 0, 1, 1),
    Row(3, 2.3, 80, 0, 1, 1),
    Row(3, 2.3, 80, 0, 1, 1),
    Row(3, 6, 112, 1, 1, 1),
    Row(3, 6, 112, 1, 1, 1),
    Row(5, 6, 160, 1, 1, 2),
    Row(5, 6, 160, 1, 1, 1),
    Row(5, 6, 160, 1, 1, 1),
)
SMALL_2020 = (
    Row(3, 1, 16, 1, 0, 2),
    Row(3, 4.5, 24, 0, 0, 2),
    Row(3, 3.67, 24, 0, 0, 1),
    Row(5, 4, 40, 1, 1, 2),
    Row(5, 6, 40, 1, 1, 1),
    Row(5, 6, 40, 1, 1, 1),
    Row(5, 3, 48, 1, 1, 1),
    Row(5, 3, 48, 1, 1, 1),
    Row(5, 6, 96, 1, 1, 2),
    Row(5, 6, 96, 1, 1, 1),
    Row(5, 6, 96, 1, 1, 1),
)
