"""Two towers: a picture and a row of numbers, each to a normalised vector, and their similarity."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class TwoTower(nn.Module):
    def __init__(self, dim=8):
        super().__init__()
        self.image = nn.Sequential(nn.Conv2d(3, 6, 3, 2, 1), nn.PReLU(6), nn.Conv2d(6, 10, 3, 2, 1), nn.PReLU())
        self.image_fc = nn.Linear(10, dim)
        self.query = nn.Sequential(nn.Linear(12, 16), nn.ELU(), nn.Linear(16, dim))
        self.scale = nn.Parameter(torch.tensor(3.0))

    def forward(self, image, query):
        a = F.normalize(self.image_fc(F.adaptive_avg_pool2d(self.image(image), 1).flatten(1)), dim=1)
        b = F.normalize(self.query(query), p=2, dim=1)
        return a, b, (a * b).sum(1, keepdim=True) * self.scale.exp()
