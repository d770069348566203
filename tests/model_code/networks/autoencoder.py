"""A convolutional autoencoder with transposed convolutions; it returns the picture and its code."""
import torch.nn as nn


class AutoEncoder(nn.Module):
    def __init__(self, code=10):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.ReLU(True), nn.Conv2d(8, 12, 4, 2, 1), nn.ReLU(True))
        self.to_code = nn.Linear(12 * 6 * 4, code)
        self.from_code = nn.Linear(code, 12 * 6 * 4)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(12, 8, 4, 2, 1), nn.InstanceNorm2d(8, affine=True), nn.ReLU(True),
                                     nn.ConvTranspose2d(8, 3, 3, 2, 1, output_padding=1), nn.Tanh())

    def forward(self, x):
        features = self.encoder(x)
        code = self.to_code(features.view(features.size(0), -1))
        x = self.from_code(code).view(-1, 12, 6, 4)
        return self.decoder(x), code
