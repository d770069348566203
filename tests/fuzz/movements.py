"""Drawers of what only moves elements: concats, slices, splits, reshapes, permutes, pads, resizing."""
import random
from typing import List, Optional

from tests.fuzz.draws import Draw, Values, draws


@draws("concat", 6)
def concat(r: random.Random, values: Values) -> Draw:
    """Of this and others that differ along one axis only, in any order; else with a constant."""
    shape = list(values.x.shape)
    axis = r.randint(1 if r.random() < 0.95 else 0, len(shape) - 1)

    def fits(tensor):
        other = list(tensor.shape)
        return len(other) == len(shape) and other[:axis] + other[axis + 1:] == shape[:axis] + shape[axis + 1:]
    others = [r.choice(values.like(fits)) for _ in range(r.randint(1, 2))]
    if others == [values.place] and r.random() < 0.6:
        shape[axis] = r.randint(1, 5)
        return values.code("torch.cat([{}], {})".format(r.choice(("a, k", "k, a")), axis), constant=tuple(shape))
    letters = list("abc"[:1 + len(others)])
    r.shuffle(letters)
    return values.code("torch.cat([{}], {})".format(", ".join(letters), axis), *others)


@draws("slice", 3)
def cut(r: random.Random, values: Values) -> Draw:
    rank = values.x.dim()
    axis = r.randint(1, rank - 1)
    size = values.x.shape[axis]
    begin = r.randint(0, size - 1)
    end = r.randint(begin + 1, size)
    text = r.choice(("{}:{}".format(begin, end), "{}:{}".format(begin, end - size) if end < size else "{}:".format(begin),
                     "{}:{}".format(begin - size, end), "{}::{}".format(begin, r.randint(2, 3)), str(begin),
                     str([r.randrange(size) for _ in range(r.randint(1, 4))])))
    return values.code("a[{}{}]".format(":, " * axis, text))


@draws("slice of several axes", 1)
def cut_several(r: random.Random, values: Values) -> Draw:
    def each(size: int) -> str:
        begin = r.randint(0, size - 1)
        return r.choice((":", "{}:".format(begin), ":{}".format(begin - size or size), "{}:{}:{}".format(
            begin, r.randint(begin + 1, size), r.randint(1, 2))))
    return values.code("a[:, {}]".format(", ".join(map(each, values.x.shape[1:]))))


@draws("pick", 2)
def pick(r: random.Random, values: Values) -> Draw:
    axis = r.randint(1, values.x.dim() - 1)
    size = values.x.shape[axis]
    begin = r.randint(0, size - 1)
    places = [r.randrange(size) for _ in range(r.randint(1, 4))]
    return values.code(r.choice(("a.narrow({0}, {1}, {2})", "a.select({0}, {1})", "a.flip({0})", "a.roll({1}, {0})",
                                 "a.index_select({0}, torch.tensor({3}))")).format(
                                     axis, begin, r.randint(1, size - begin), places))


@draws("stack", 1, ranks=(2, 3, 4))
def stack(r: random.Random, values: Values) -> Draw:
    other = r.choice(values.like(lambda tensor: tensor.shape == values.x.shape))
    return values.code("torch.stack([a, b], {})".format(r.randint(1, values.x.dim())), other)


@draws("unbind", 1, ranks=(3, 4, 5))
def unbind(r: random.Random, values: Values) -> Optional[Draw]:
    axis = r.randint(1, values.x.dim() - 1)
    return values.code("a.unbind({})".format(axis)) if values.x.shape[axis] < 6 else None


@draws("split", 3)
def split(r: random.Random, values: Values) -> Optional[Draw]:
    axis = r.randint(1, values.x.dim() - 1)
    size = values.x.shape[axis]
    if size < 2:
        return None
    if r.random() < 0.5:
        return values.code(r.choice(("a.chunk({}, {})", "a.split({}, {})[:3]")).format(r.randint(2, min(size, 3)), axis))
    first = r.randint(1, size - 1)
    return values.code("a.split([{}, {}], {})".format(first, size - first, axis))


@draws("permute", 5, ranks=(3, 4, 5))
def permute(r: random.Random, values: Values) -> Draw:
    axes = list(range(values.x.dim()))
    moved = axes[1:] if r.random() < 0.92 else axes
    r.shuffle(moved)
    perm = axes[:1] + moved if len(moved) < len(axes) else moved
    return values.code("a.permute({})".format(", ".join(map(str, perm))))


@draws("flatten", 2, ranks=(3, 4, 5))
def flatten(r: random.Random, values: Values) -> Draw:
    start = r.choice((1, 1, 1, 2))
    end = r.choice((values.x.dim() - 1, values.x.dim() - 1, start + 1))
    return values.code("a.flatten({}, {})".format(start, max(min(end, values.x.dim() - 1), start)))


@draws("reshape", 5)
def reshape(r: random.Random, values: Values) -> Draw:
    """All elements of one of the batch over other axes."""
    total = values.x[0].numel()
    sizes = []  # type: List[int]
    for _ in range(r.choice((0, 1, 1, 2, 2, 3))):
        size = r.choice([size for size in range(1, 15) if total % size == 0])
        sizes.append(size)
        total //= size
    sizes.append(total)
    r.shuffle(sizes)
    batch = r.choice((str(values.x.shape[0]), "a.size(0)"))
    return values.code("a.contiguous().view({}, {})".format(batch, ", ".join(map(str, sizes))))


@draws("squeeze or unsqueeze", 3)
def ones(r: random.Random, values: Values) -> Optional[Draw]:
    single = [axis for axis, size in enumerate(values.x.shape) if size == 1 and axis]
    if single and values.x.dim() > 2:
        return values.code("a.squeeze({})".format(r.choice(single)))
    return values.code("a.unsqueeze({})".format(r.randint(1, values.x.dim()))) if values.x.dim() < 5 else None


@draws("channel shuffle", 2, ranks=(4,))
def channel_shuffle(r: random.Random, values: Values) -> Optional[Draw]:
    batch, channels, rows, columns = values.x.shape
    groups = [size for size in range(2, channels) if channels % size == 0]
    if not groups:
        return None
    group = r.choice(groups)
    return values.code("a.contiguous().view({0}, {1}, {2}, {4}, {5}).transpose(1, 2).contiguous().view({0}, {3}, {4}, {5})"
                       .format(batch, group, channels // group, channels, rows, columns))


@draws("pixel shuffle", 1, ranks=(4,))
def pixel_shuffle(r: random.Random, values: Values) -> Optional[Draw]:
    batch, channels, rows, columns = values.x.shape
    if rows % 2 == columns % 2 == 0 and r.random() < 0.5:
        return values.code("a.contiguous().view({}, {}, {}, 2, {}, 2).permute(0, 1, 3, 5, 2, 4).contiguous().view({}, {}, {}, {})"
                           .format(batch, channels, rows // 2, columns // 2, batch, channels * 4, rows // 2, columns // 2))
    return values.code("F.pixel_shuffle(a, 2)") if channels % 4 == 0 else None


@draws("pad", 3, ranks=(3, 4, 5))
def pad(r: random.Random, values: Values) -> Draw:
    axes = r.randint(1, values.x.dim() - 1)
    if r.random() < 0.4:
        sides = [r.randint(0, 2) for _ in range(2 * (values.x.dim() - 2))]
        return values.code("F.pad(a, {}, mode='{}')".format(sides, r.choice(("reflect", "replicate"))))
    sides = [r.randint(0, 2) - r.choice((0, 0, 1)) for _ in range(2 * axes)]
    return values.code("F.pad(a, {}, value={})".format(sides, r.choice((0, 0, 1.5, -2))))


@draws("resize", 2, ranks=(3, 4))
def resize(r: random.Random, values: Values) -> Draw:
    flat = values.x.dim() == 3
    size = r.choice(("scale_factor={}".format(r.choice((2, 3, 0.5, 1.5))),
                     "size={}".format(r.randint(2, 15) if flat else (r.randint(2, 15), r.randint(2, 15)))))
    smooth = "linear" if flat else "bilinear"
    mode = r.choice(("mode='nearest'", "mode='{}', align_corners=True".format(smooth),
                     "mode='{}', align_corners=False".format(smooth)))
    return values.code("F.interpolate(a, {}, {})".format(size, mode))


@draws("repeat", 2)
def repeat(r: random.Random, values: Values) -> Draw:
    shape = values.x.shape
    if 1 in shape[1:] and r.random() < 0.6:
        sizes = [r.randint(2, 5) if size == 1 and axis else size for axis, size in enumerate(shape)]
        return values.code(r.choice(("a.expand({})", "a.expand({}) * 2")).format(", ".join(map(str, sizes))))
    times = [1] + [r.randint(1, 2) for _ in shape[1:]]
    return values.code("a.repeat({})".format(", ".join(map(str, times))))
