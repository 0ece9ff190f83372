"""Modules to import: small, each with something that an importer may get wrong."""

import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    """Two convolutions and a shortcut, with a projection where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.shortcut is None else self.shortcut(x)
        return self.relu(out)


class SmallResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.stage1 = nn.Sequential(Residual(8, 8), Residual(8, 8), Residual(8, 8))
        self.stage2 = nn.Sequential(Residual(8, 16, 2), Residual(16, 16))
        self.stage3 = nn.Sequential(Residual(16, 32, 2), Residual(32, 32))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.stage3(self.stage2(self.stage1(self.stem(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Functional(nn.Module):
    """Weights given to functions, sizes read from tensors, methods and operators."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 3, 3, 3))
        self.scale = nn.Parameter(torch.rand(6, 1, 1))
        self.register_buffer("shift", torch.rand(1, 6, 1, 1))
        self.fc = nn.Linear(6 * 16, 5)

    def forward(self, images):
        x = F.conv2d(images, self.weight, stride=2, padding=1)
        x = F.leaky_relu(x, 0.2).mul(self.scale) + self.shift
        x = F.max_pool2d(x, x.shape[-1] // 4)
        n, c, h, w = x.size()
        x = x.view(n, c, h * w).transpose(1, 2).contiguous().reshape(n, -1)
        return 1.0 - torch.tanh(self.fc(x)) / 2


class Branching(nn.Module):
    """Goes another way for another shape: control flow that a symbolic trace can't follow."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 3, 3, padding=1) for _ in range(3)])

    def forward(self, x):
        for number, layer in enumerate(self.layers):
            if x.shape[-1] > 4 and number % 2 == 0:
                x = F.avg_pool2d(x, 2)
            x = layer(x) if x.shape[1] == 3 else x
        return {"maps": x, "mean": x.mean((2, 3))}


class Shared(nn.Module):
    """One convolution used twice, and one block used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.block = Residual(4, 4)

    def forward(self, x):
        return self.block(self.conv(self.block(torch.relu(self.conv(x)))))


class WindowAttention(nn.Module):
    """Folds places into the batch, and adds a bias that is worked out from a table."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.table = nn.Parameter(torch.randn(9, 2))
        self.register_buffer("index", torch.randint(0, 9, (4, 4)))

    def forward(self, x):
        b, c, h, w = x.shape
        x = x.view(b, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(-1, 4, c)
        q, k, v = self.qkv(x).reshape(-1, 4, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
        bias = self.table[self.index.view(-1)].view(4, 4, 2).permute(2, 0, 1)
        attention = (q @ k.transpose(-2, -1) + bias).softmax(-1) @ v
        x = attention.transpose(1, 2).reshape(b, h // 2, w // 2, 2, 2, c)
        return x.permute(0, 5, 1, 3, 2, 4).reshape(b, c, h, w)
