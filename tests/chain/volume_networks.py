"""Networks of clips and of scans, [N, C, D, H, W]: one tells classes, one marks every voxel."""
import torch
import torch.nn.functional as F
from torch import nn


class TinyC3D(nn.Module):
    """[N, 3, 8, 16, 20] -> [N, 5], laid out as C3D is: convolutions of three axes, pools, Linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv3d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool3d((1, 2, 2), (1, 2, 2)),
            nn.Conv3d(8, 12, 3, padding=1, bias=False), nn.BatchNorm3d(12), nn.ReLU(inplace=True), nn.MaxPool3d(2, 2),
            nn.Conv3d(12, 10, (3, 1, 1), padding=(1, 0, 0)), nn.PReLU(10), nn.MaxPool3d(2, 2, (0, 0, 1)))
        self.classifier = nn.Sequential(nn.Linear(10 * 2 * 2 * 3, 16), nn.ReLU(), nn.Dropout(), nn.Linear(16, 5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)
        return self.classifier(x.view(x.size(0), -1))


class TinyUNet3D(nn.Module):
    """[N, 2, D, H, W], each a multiple of 2 -> [N, 3, D, H, W], laid out as a 3-D U-Net is."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv3d(2, 6, 3, padding=1), nn.GroupNorm(2, 6), nn.LeakyReLU(0.1))
        self.deep = nn.Sequential(nn.Conv3d(6, 8, 3, stride=2, padding=1), nn.InstanceNorm3d(8, affine=True), nn.ReLU())
        self.up = nn.ConvTranspose3d(8, 6, 2, stride=2)
        self.out = nn.Conv3d(12, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        fine = self.down(x)
        return F.softmax(self.out(torch.cat([fine, self.up(self.deep(fine))], 1)), 1)
