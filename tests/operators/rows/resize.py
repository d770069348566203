"""Interpolation, pixel shuffles and channel shuffles."""
import torch
import torch.nn.functional as F
from torch import nn

from tests.operators.case import MAP, SEQUENCE, Case, Lambda, of

_MODES = [("nearest", {"mode": "nearest"}), ("bilinear", {"mode": "bilinear", "align_corners": False}),
          ("bilinear, aligned", {"mode": "bilinear", "align_corners": True})]
_TARGETS = [
    ("twice", {"scale_factor": 2}), ("three times by four", {"scale_factor": (3, 4)}),
    ("half", {"scale_factor": 0.5}),
    ("1.5 times", {"scale_factor": 1.5}), ("1.7 and 0.6 times", {"scale_factor": (1.7, 0.6)}),
    ("18x14", {"size": (18, 14)}),
    ("13x17", {"size": (13, 17)}), ("4x3", {"size": (4, 3)}), ("1x1", {"size": (1, 1)}),
    ("9x21", {"size": (9, 21)}),
    ("20", {"size": 20}), ("the same size", {"size": (9, 7)}),
]
_GRID = [
    Case("{}, {}".format(mode, target),
         (lambda options: of(lambda x: F.interpolate(x, **options)))(dict(how, **to)))
    for mode, how in _MODES for target, to in _TARGETS
]

_SEQUENCES = [
    Case("of a sequence, {}".format(sorted(dict(how, **to).items())),
         (lambda options: of(lambda x: F.interpolate(x, **options)))(dict(how, **to)), [SEQUENCE])
    for how in ({"mode": "nearest"}, {"mode": "linear", "align_corners": False},
                {"mode": "linear", "align_corners": True})
    for to in ({"scale_factor": 2}, {"size": 11}, {"size": 3})
]


def _shuffled(x: torch.Tensor, groups: int) -> torch.Tensor:
    """As torchvision's ShuffleNet says it."""
    batch, channels, height, width = x.data.size()
    x = x.view(batch, groups, channels // groups, height, width)
    return torch.transpose(x, 1, 2).contiguous().view(batch, -1, height, width)


ROWS = _GRID + _SEQUENCES + [
    Case("bicubic, twice",
         of(lambda x: F.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False))),
    Case("bicubic, 13x17, aligned",
         of(lambda x: F.interpolate(x, size=(13, 17), mode="bicubic", align_corners=True))),
    Case("bicubic, 4x3", of(lambda x: F.interpolate(x, size=(4, 3), mode="bicubic", align_corners=False))),
    Case("bicubic to one axis longer",
         of(lambda x: F.interpolate(x, size=(9, 15), mode="bicubic", align_corners=True))),
    Case("bicubic to the same size", of(lambda x: F.interpolate(x, size=(9, 7), mode="bicubic", align_corners=False)),
         refused="upsample_bicubic2d"),
    Case("area", of(lambda x: F.interpolate(x, size=(4, 3), mode="area"))),
    Case("bilinear of one pixel",
         of(lambda x: F.interpolate(x, size=(5, 4), mode="bilinear", align_corners=False) * 2),
         [(2, 6, 1, 1)]),
    Case("bilinear to another's size",
         of(lambda x, y: F.interpolate(x, size=y.shape[2:], mode="bilinear", align_corners=False) + y),
         [MAP, (2, 6, 13, 17)]),
    Case("nearest to another's size",
         of(lambda x, y: F.interpolate(x, size=y.size()[-2:]) + y), [MAP, (2, 6, 18, 14)]),
    Case("bilinear between convolutions", lambda: nn.Sequential(
        nn.Conv2d(6, 5, 3), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        nn.Conv2d(5, 4, 3, padding=1))),
    Case("nearest between convolutions", lambda: nn.Sequential(
        nn.Conv2d(6, 5, 3), nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(5, 4, 3, padding=1))),
    Case("UpsamplingBilinear2d", lambda: nn.UpsamplingBilinear2d(size=(13, 17))),
    Case("pixel shuffle 2", lambda: nn.PixelShuffle(2), [(2, 12, 5, 7)]),
    Case("pixel shuffle 3", lambda: nn.PixelShuffle(3), [(2, 18, 4, 5)]),
    Case("pixel shuffle to one channel", lambda: nn.PixelShuffle(2), [(2, 4, 5, 7)]),
    Case("pixel shuffle after a convolution",
         lambda: nn.Sequential(nn.Conv2d(6, 12, 3), nn.PixelShuffle(2), nn.Conv2d(3, 5, 3))),
    Case("pixel shuffle by hand",
         of(lambda x: x.view(2, 3, 2, 2, 5, 7).permute(0, 1, 4, 2, 5, 3).contiguous().view(2, 3, 10, 14)),
         [(2, 12, 5, 7)]),
    Case("pixel unshuffle by hand",
         of(lambda x: x.view(2, 3, 5, 2, 7, 2).permute(0, 1, 3, 5, 2, 4).contiguous().view(2, 12, 5, 7)),
         [(2, 3, 10, 14)]),
    Case("pixel unshuffle by slices", of(lambda x: torch.cat(
        [x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)), [(2, 3, 10, 14)]),
    Case("channel shuffle of 3",
         of(lambda x: x.view(2, 3, 4, 9, 7).transpose(1, 2).contiguous().view(2, -1, 9, 7)), [(2, 12, 9, 7)]),
    Case("channel shuffle by permute",
         of(lambda x: x.reshape(2, 4, 3, 9, 7).permute(0, 2, 1, 3, 4).reshape(2, 12, 9, 7)), [(2, 12, 9, 7)]),
    Case("channel shuffle by sizes", of(lambda x: _shuffled(x, 2)), [(2, 12, 9, 7)]),
    Case("channel shuffle between convolutions", lambda: nn.Sequential(
        nn.Conv2d(6, 8, 1), Lambda(lambda x: _shuffled(x, 4)), nn.Conv2d(8, 5, 1))),
]
