"""Hand-written torch networks, traced, to look into."""

import torch
from torch import fx, nn
from torch.nn import functional


def traced(model: nn.Module, seed: int = 0) -> fx.GraphModule:
    torch.manual_seed(seed)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    return fx.symbolic_trace(model.eval())


class InPlace(nn.Module):
    """conv, then a ReLU that writes over the conv's output."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(5 * 8 * 8, 4)

    def forward(self, image):
        return self.fc(self.pool(self.relu(self.conv(image))).flatten(1))


class Functions(nn.Module):
    """A skip connection whose sum is a function, then ReLU as a function, then a mean."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.second = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6, 4)

    def forward(self, image):
        first = self.first(image)
        added = torch.add(first, self.second(functional.relu(first)))
        return self.fc(torch.mean(functional.relu(added, inplace=True), (2, 3)))


class Twice(nn.Module):
    """One module used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.fc = nn.Linear(3, 4)

    def forward(self, image):
        return self.fc(self.conv(torch.tanh(self.conv(image))).mean((2, 3)))


class TwoOutputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Conv2d(3, 4, 3)
        self.side = nn.Conv2d(4, 4, 3)
        self.fc = nn.Linear(4, 3)

    def forward(self, image):
        trunk = torch.relu(self.trunk(image))
        side = self.side(trunk)
        return {"kind": self.fc(trunk.mean((2, 3))), "map": side}


def images(count=3, size=16, channels=3):
    generator = torch.Generator().manual_seed(1)
    return torch.rand(count, channels, size, size, generator=generator)
