"""U-Net's modules, with the names of milesial/Pytorch-UNet."""
import torch
from torch import nn
from torch.nn import functional

WIDTHS = (64, 128, 256, 512, 1024)


class DoubleConv(nn.Module):
    def __init__(self, inputs: int, outputs: int, between: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, between, 3, padding=1, bias=False), nn.BatchNorm2d(between), nn.ReLU(inplace=True),
            nn.Conv2d(between, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), DoubleConv(inputs, outputs, outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.maxpool_conv(x)


class Up(nn.Module):
    """Doubles a map, pads it to the one beside it, and joins the two."""

    def __init__(self, inputs: int, outputs: int, bilinear: bool) -> None:
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        else:
            self.up = nn.ConvTranspose2d(inputs, inputs // 2, 2, stride=2)
        self.conv = DoubleConv(inputs, outputs, inputs // 2 if bilinear else outputs)

    def forward(self, x: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        x = self.up(x)
        rows, columns = (int(beside.size(axis)) - int(x.size(axis)) for axis in (2, 3))
        if rows or columns:
            x = functional.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return self.conv(torch.cat([beside, x], dim=1))


class OutConv(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, in_channels: int, num_classes: int, bilinear: bool) -> None:
        super().__init__()
        factor = 2 if bilinear else 1
        w1, w2, w3, w4, w5 = WIDTHS
        self.inc = DoubleConv(in_channels, w1, w1)
        self.down1, self.down2, self.down3 = Down(w1, w2), Down(w2, w3), Down(w3, w4)
        self.down4 = Down(w4, w5 // factor)
        self.up1, self.up2 = Up(w5, w4 // factor, bilinear), Up(w4, w3 // factor, bilinear)
        self.up3, self.up4 = Up(w3, w2 // factor, bilinear), Up(w2, w1, bilinear)
        self.outc = OutConv(w1, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.up1(self.down4(x4), x4)
        x = self.up2(x, x3)
        x = self.up3(x, x2)
        return self.outc(self.up4(x, x1))
