"""A single-shot detector: two levels, boxes and scores in a dictionary, sigmoid and exp on parts of the channels."""
import torch
import torch.nn as nn


def conv(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs),
                         nn.LeakyReLU(0.1, inplace=True))


class Detector(nn.Module):
    def __init__(self, classes=4, anchors=2):
        super().__init__()
        self.classes, self.anchors = classes, anchors
        self.backbone = nn.Sequential(conv(3, 8, 2), conv(8, 12, 2))
        self.deeper = conv(12, 16, 2)
        self.lateral = nn.Conv2d(16, 12, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.heads = nn.ModuleList([nn.Conv2d(12, anchors * (5 + classes), 1), nn.Conv2d(16, anchors * (5 + classes), 1)])

    def decode(self, raw):
        b, _, h, w = raw.shape
        raw = raw.view(b, self.anchors, 5 + self.classes, h, w).permute(0, 1, 3, 4, 2).contiguous()
        raw = raw.view(b, -1, 5 + self.classes)
        xy = torch.sigmoid(raw[..., 0:2])
        wh = torch.exp(raw[..., 2:4].clamp(max=4))
        return torch.cat([xy, wh], 2), torch.sigmoid(raw[..., 4:])

    def forward(self, images):
        c3 = self.backbone(images)
        c4 = self.deeper(c3)
        p3 = c3 + self.up(self.lateral(c4))
        boxes, scores = zip(*[self.decode(head(x)) for head, x in zip(self.heads, (p3, c4))])
        return {"boxes": torch.cat(boxes, 1), "scores": torch.cat(scores, 1), "features": [p3, c4], "loss": None}
