"""Reads a line of text: convolutions, height squeezed away, a convolutional sequence head in place of an LSTM."""
import torch.nn as nn
import torch.nn.functional as F


class TextLine(nn.Module):
    def __init__(self, alphabet=11):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 12, 3, 1, 1), nn.BatchNorm2d(12), nn.ReLU(True), nn.MaxPool2d((2, 2), (2, 1), (0, 1)),
            nn.Conv2d(12, 16, (4, 2), 1, 0), nn.ReLU(True))
        self.sequence = nn.Conv1d(16, 16, 5, padding=2, groups=4)
        self.fc = nn.Linear(16, alphabet)

    def forward(self, x):
        conv = self.cnn(x)
        b, c, h, w = conv.size()
        assert h == 1, "the height of conv must be 1"
        conv = F.relu(self.sequence(conv.squeeze(2)))
        conv = conv.permute(2, 0, 1)
        t, b, h = conv.size()
        out = self.fc(conv.contiguous().view(t * b, h)).view(t, b, -1)
        return F.log_softmax(out, dim=2)
