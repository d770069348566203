"""A 1-D convolutional network on raw sound: strided and dilated convolutions, statistics pooling."""
import torch
import torch.nn as nn


class Dilated(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.filter = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.gate = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x):
        return x + self.mix(torch.tanh(self.filter(x)) * torch.sigmoid(self.gate(x)))


class AudioNet(nn.Module):
    def __init__(self, classes=6):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv1d(1, 8, 16, stride=4, padding=6), nn.BatchNorm1d(8), nn.ReLU(),
                                  nn.MaxPool1d(2))
        self.body = nn.Sequential(*[Dilated(8, 2 ** i) for i in range(3)])
        self.fc = nn.Linear(16, classes)

    def forward(self, sound):
        x = self.body(self.stem(sound))
        pooled = torch.cat([x.mean(dim=2), x.max(dim=2)[0]], dim=1)
        return self.fc(pooled)
