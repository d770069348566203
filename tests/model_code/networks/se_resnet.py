"""A ResNet variant with squeeze-and-excite, h-swish and average-pool shortcuts."""
import torch.nn as nn
import torch.nn.functional as F


def hswish(x):
    return x * F.relu6(x + 3, inplace=True) / 6


class SE(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        b, c, _, _ = x.shape
        y = F.adaptive_avg_pool2d(x, 1).view(b, c)
        y = F.relu6(self.fc2(F.relu(self.fc1(y))) + 3) / 6
        return x * y.view(b, c, 1, 1).expand_as(x)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, groups=2, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.se = SE(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False),
                                          nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = hswish(self.bn1(self.conv1(x)))
        out = self.se(self.bn2(self.conv2(out)))
        out += self.shortcut(x)
        return hswish(out)


class Net(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8))
        self.layers = nn.ModuleList([Block(8, 8, 1), Block(8, 16, 2), Block(16, 16, 1)])
        self.head = nn.Linear(16, num_classes)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        x = hswish(self.stem(x))
        for layer in self.layers:
            x = layer(x)
        x = x.mean([2, 3])
        return F.log_softmax(self.head(self.drop(x)), dim=1)


def se_resnet(num_classes=10, pretrained=False):
    return Net(num_classes)
