"""Templates that torchvision has not: held against the papers' counts and a network by hand."""

import pytest
import torch
from torch import nn

import cnnstudio as cs

# Chollet, 2016, and Howard et al., 2017, as their authors' own code counts them.
COUNTS = {"xception": 22_855_952, "mobilenet_v1": 4_231_976}


@pytest.mark.parametrize("name", COUNTS)
def test_the_parameters_are_the_papers(name):
    assert cs.check(cs.template(name)).parameters == COUNTS[name]


class UNet(nn.Module):
    """Ronneberger et al., 2015, figure 1, with padding; written for this test."""

    def __init__(self) -> None:
        super().__init__()
        widths = [64, 128, 256, 512, 1024]
        self.down = nn.ModuleList(
            self.double(before, after) for before, after in zip([1, *widths], widths, strict=False)
        )
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[-2::-1]
        )
        self.join = nn.ModuleList(self.double(2 * width, width) for width in widths[-2::-1])
        self.classify = nn.Conv2d(64, 2, 1)

    @staticmethod
    def double(before: int, after: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1), nn.ReLU(),
            nn.Conv2d(after, after, 3, padding=1), nn.ReLU(),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipped = []
        for level, block in enumerate(self.down):
            x = block(nn.functional.max_pool2d(x, 2) if level else x)
            skipped.append(x)
        for up, join, skip in zip(self.up, self.join, skipped[-2::-1], strict=True):
            x = join(torch.cat([skip, up(x)], dim=1))
        return self.classify(x)


def test_the_u_net_computes_what_the_papers_figure_shows():
    ours, theirs = cs.build(cs.template("unet")).eval(), UNet().eval()
    by_shape: dict[tuple[int, ...], list[torch.Tensor]] = {}
    for tensor in theirs.state_dict().values():
        by_shape.setdefault(tuple(tensor.shape), []).append(tensor)
    # Weights of one shape come in the same order in both: down, then up.
    state = {name: by_shape[tuple(t.shape)].pop(0) for name, t in ours.state_dict().items()}
    assert not any(by_shape.values())
    image = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        ours.load_state_dict(state)
        mask, wanted = ours(image), theirs(image)
    assert mask.shape == (1, 2, 64, 64)
    assert torch.allclose(mask, wanted, atol=1e-5)
