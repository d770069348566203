"""EfficientNet's blocks and its members, as its publications give them."""
import math
from typing import NamedTuple, Sequence, Tuple, Union

from job.architectures.families.channels import multiple_of_8

ImageSize = Union[int, Sequence[int], None]  # one side or both, None for those of whatever is fed


class Row(NamedTuple):
    """A stage of blocks that are alike, but for the first one's stride and input."""

    kernel: int
    stride: int  # of the first block
    expansion: int
    out: int
    blocks: int


class Block(NamedTuple):
    kernel: int
    stride: int
    expansion: int
    inputs: int
    out: int

    @property
    def adds_input(self) -> bool:
        """Whether its input is added to what it makes of it."""
        return self.stride == 1 and self.inputs == self.out


class Member(NamedTuple):
    width: float
    depth: float
    side: int  # of the square image it was trained on


STEM, LAST = 32, 1280
ROWS = (
    Row(3, 1, 1, 16, 1),
    Row(3, 2, 6, 24, 2),
    Row(5, 2, 6, 40, 2),
    Row(3, 2, 6, 80, 3),
    Row(5, 1, 6, 112, 3),
    Row(5, 2, 6, 192, 4),
    Row(3, 1, 6, 320, 1),
)
MEMBERS = {
    "b0": Member(1.0, 1.0, 224),
    "b1": Member(1.0, 1.1, 240),
    "b2": Member(1.1, 1.2, 260),
    "b3": Member(1.2, 1.4, 300),
    "b4": Member(1.4, 1.8, 380),
}
LITE = {
    "lite0": Member(1.0, 1.0, 224),
    "lite1": Member(1.0, 1.1, 240),
    "lite2": Member(1.1, 1.2, 260),
    "lite3": Member(1.2, 1.4, 280),
    "lite4": Member(1.4, 1.8, 300),
}
MEMBERS_OF_TORCHVISION = dict(MEMBERS, b2=Member(1.1, 1.2, 288))


def stages(rows: Tuple[Row, ...], width: float, inputs: int) -> Tuple[Tuple[Block, ...], ...]:
    """The blocks of each stage, the first fed `inputs` channels."""
    found = []
    for row in rows:
        out = multiple_of_8(row.out * width)
        first = Block(row.kernel, row.stride, row.expansion, inputs, out)
        found.append((first,) + (first._replace(stride=1, inputs=out),) * (row.blocks - 1))
        inputs = out
    return tuple(found)


def deepened(rows: Tuple[Row, ...], depth: float) -> Tuple[Row, ...]:
    return tuple(row._replace(blocks=math.ceil(depth * row.blocks)) for row in rows)


def deepened_within(rows: Tuple[Row, ...], depth: float) -> Tuple[Row, ...]:
    """The Lite members leave the first and the last stage as they are."""
    return rows[:1] + deepened(rows[1:-1], depth) + rows[-1:]
