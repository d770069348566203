"""PointNet on points of three coordinates: shared layers, a learnt transform, a maximum over all points."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Transform(nn.Module):
    def __init__(self, k=3):
        super().__init__()
        self.k = k
        self.conv1, self.conv2 = nn.Conv1d(k, 8, 1), nn.Conv1d(8, 16, 1)
        self.fc1, self.fc2 = nn.Linear(16, 12), nn.Linear(12, k * k)

    def forward(self, x):
        y = F.relu(self.conv2(F.relu(self.conv1(x))))
        y = torch.max(y, 2, keepdim=True)[0].view(-1, 16)
        y = self.fc2(F.relu(self.fc1(y)))
        identity = torch.eye(self.k).view(1, self.k * self.k).repeat(x.size(0), 1)
        return (y + identity).view(-1, self.k, self.k)


class PointNet(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.transform = Transform()
        self.layers = nn.Sequential(nn.Conv1d(3, 10, 1), nn.BatchNorm1d(10), nn.ReLU(), nn.Conv1d(10, 20, 1))
        self.classify = nn.Sequential(nn.Linear(20, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.3),
                                      nn.Linear(12, classes))

    def forward(self, points):
        x = torch.bmm(points, self.transform(points.transpose(2, 1)))
        x = self.layers(x.transpose(2, 1))
        x = x.max(dim=2)[0]
        return self.classify(x)
