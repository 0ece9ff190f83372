"""Each method on networks that trip tools made of hooks: it works, or says why it can't."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.explanations.methods import methods

from .networks import images, traced

QUICK = {
    "rise": {"masks": 20},
    "smoothgrad": {"samples": 3},
    "integrated_gradients": {"steps": 8},
}


class OneActivation(nn.Module):
    """One ReLU module, in place, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.fc = nn.Linear(4, 3)

    def forward(self, image):
        return self.fc(self.act(self.second(self.act(self.first(image)))).mean((2, 3)))


class SumInPlace(nn.Module):
    """A skip connection added in place, then an activation in place as a function, dropout too."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm, self.drop = nn.BatchNorm2d(4), nn.Dropout(0.5, inplace=True)
        self.fc = nn.Linear(4, 3)

    def forward(self, image):
        first = functional.relu(self.first(image))
        added = self.norm(self.second(first))
        added += first
        return self.fc(self.drop(functional.leaky_relu_(added)).mean((2, 3)))


class Attention(nn.Module):
    """Patches, attention between them, no positions in the end."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.fc = nn.Linear(8, 3)

    def forward(self, image):
        tokens = self.patches(image).flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0]
        return self.fc(self.norm(functional.gelu(tokens)).mean(1))


class WritesItsInput(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)

    def forward(self, image):
        image.mul_(2)
        return self.fc(functional.relu6(self.conv(image), inplace=True).amax((2, 3)))


class TwoScores(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.kind, self.colour = nn.Conv2d(3, 4, 3), nn.Linear(4, 3), nn.Linear(4, 5)

    def forward(self, image):
        means = torch.relu(self.conv(image)).mean((2, 3))
        return {"kind": self.kind(means), "colour": self.colour(means)}


def narrow():
    return nn.Sequential(nn.Conv2d(3, 4, (3, 1)), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(4, 3))  # fmt: skip


def one_score():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(True), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(4, 1), nn.Sigmoid())  # fmt: skip


def depthwise():
    return nn.Sequential(nn.Conv2d(3, 6, 3, groups=3), nn.Hardswish(True), nn.Conv2d(6, 4, 1),
                         nn.ReLU6(True), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(4, 3))  # fmt: skip


GUIDED = {"guided_gradcam", "guided_backpropagation"}
THIN = torch.rand(2, 3, 20, 1, generator=torch.Generator().manual_seed(0))
CASES = {
    "one activation twice": (OneActivation, images(), None, set()),
    "sum in place": (SumInPlace, images(), None, set()),
    "attention": (Attention, images(), None, {"cam", *GUIDED}),
    "writes its input": (WritesItsInput, images(), None, {"cam", *GUIDED}),
    "another output's class": (TwoScores, images(), ("colour", 4), set()),
    "another output": (TwoScores, images(), "colour", set()),
    "one pixel wide": (narrow, THIN, None, set()),
    "one score": (one_score, images(), None, {"cam"}),
    "depthwise": (depthwise, images(), None, GUIDED),
}


@pytest.mark.parametrize("case", CASES)
def test_each_method_works_or_says_why_not(case):
    make, batch, target, expected = CASES[case]
    model, kept, refused = traced(make()), batch.clone(), set()
    for kind, method in methods.items():
        try:
            found = explanation(model, batch, kind, target, **QUICK.get(kind, {}))
        except ExplanationError as error:
            assert error.message.count(". ") == 0 and error.message.endswith(".") and error.hint
            refused.add(kind)
            continue
        assert found.heat.shape == (len(batch), *batch.shape[2:])
        assert np.isfinite(found.heat).all() and found.heat.any(), kind
        assert method.signed or found.heat.min() >= 0, kind
        if target is not None and method.uses_target:
            assert found.output == "colour"
    assert refused == expected
    assert torch.equal(batch, kept)


@pytest.mark.parametrize("make", [OneActivation, SumInPlace])
def test_deeplift_adds_up_where_an_activation_is_shared_or_a_sum_is_in_place(make):
    model, batch = traced(make()), images()
    found = explanation(model, batch, "deeplift", 1)
    with torch.no_grad():
        difference = model(batch)[:, 1] - model(torch.zeros_like(batch))[:, 1]
    np.testing.assert_allclose(found.heat.sum((1, 2)), difference, rtol=1e-3, atol=1e-5)
