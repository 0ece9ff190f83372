"""Losses against references that are not ours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional as F
from torchmetrics.functional.classification import multiclass_f1_score
from torchvision.ops import sigmoid_focal_loss

from cnnstudio.graph import Component
from cnnstudio.training import criteria
from cnnstudio.training.construction import make_loss
from cnnstudio.training.losses import losses

CLASSES = 5
LOGITS = torch.randn(64, CLASSES, generator=torch.Generator().manual_seed(1))
LABELS = torch.randint(0, CLASSES, (64,), generator=torch.Generator().manual_seed(2))
WEIGHTS = torch.tensor([1.0, 0.5, 2.0, 1.5, 0.25])


def test_focal_loss_without_focus_is_cross_entropy():
    for weight in (None, WEIGHTS):
        found = criteria.FocalLoss(0.0, weight)(LOGITS, LABELS)
        torch.testing.assert_close(found, F.cross_entropy(LOGITS, LABELS, weight))


def test_focal_loss_of_two_classes_is_torchvisions():
    one = LOGITS[:, 0]
    truth = LABELS.bool().long()
    # Two logits that differ by x give the probabilities of a sigmoid of x.
    found = criteria.FocalLoss(2.0)(torch.stack([torch.zeros_like(one), one], 1), truth)
    expected = sigmoid_focal_loss(one, truth.float(), alpha=-1, gamma=2.0, reduction="mean")
    torch.testing.assert_close(found, expected)


def test_dice_of_sure_predictions_is_one_minus_the_mean_f1():
    sure = F.one_hot(LOGITS.argmax(1), CLASSES) * 1e4
    f1 = multiclass_f1_score(LOGITS, LABELS, CLASSES, average="macro")
    torch.testing.assert_close(criteria.DiceLoss(smooth=0.0)(sure.float(), LABELS), 1 - f1)


def test_divergence_is_smoothed_cross_entropy_less_the_truths_entropy():
    truth = F.one_hot(LABELS, CLASSES) * 0.8 + 0.2 / CLASSES
    entropy = torch.distributions.Categorical(truth).entropy().mean()
    expected = F.cross_entropy(LOGITS, LABELS, label_smoothing=0.2) - entropy
    torch.testing.assert_close(criteria.DivergenceLoss(0.2)(LOGITS, LABELS), expected)


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    [
        ("MSELoss", {}, lambda p, t: F.mse_loss(p, t)),
        ("L1Loss", {}, lambda p, t: F.l1_loss(p, t)),
        ("SmoothL1Loss", {"beta": 0.1}, lambda p, t: F.smooth_l1_loss(p, t, beta=0.1)),
        ("HuberLoss", {"delta": 0.2}, lambda p, t: F.huber_loss(p, t, delta=0.2)),
    ],
)
def test_errors_are_torchs_of_probabilities_against_one_hot_labels(kind, parameters, expected):
    truth = F.one_hot(LABELS, CLASSES).float()
    loss = make_loss(Component(kind=kind, parameters=parameters))
    torch.testing.assert_close(loss(LOGITS, LABELS), expected(LOGITS.softmax(1), truth))
    given = make_loss(Component(kind=kind, parameters={**parameters, "softmax": False}))
    torch.testing.assert_close(given(LOGITS, LABELS), expected(LOGITS, truth))


def test_one_against_all_is_torchs_binary_cross_entropy():
    loss = make_loss(Component(kind="BCEWithLogitsLoss"))
    expected = F.binary_cross_entropy_with_logits(LOGITS, F.one_hot(LABELS, CLASSES).float())
    torch.testing.assert_close(loss(LOGITS, LABELS), expected)


def test_balanced_weights_are_scikit_learns():
    labels = torch.tensor([0] * 10 + [1] * 3 + [2] * 7)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels.numpy())
    assert criteria.balanced_weights(labels, 4)[:3].tolist() == pytest.approx(expected.tolist())
    assert criteria.balanced_weights(labels, 4)[3] == 0  # a class that is not there


@pytest.mark.parametrize("kind", losses)
def test_every_loss_falls_to_a_network_that_learns_from_it(kind):
    loss = make_loss(Component(kind=kind), LABELS, CLASSES)
    scores = LOGITS.clone().requires_grad_()
    optimizer = torch.optim.Adam([scores], lr=0.1)
    ends = torch.nn.LogSoftmax(1) if kind == "NLLLoss" else torch.nn.Identity()
    for _ in range(300):
        optimizer.zero_grad()
        loss(ends(scores), LABELS).backward()
        optimizer.step()
    assert (scores.argmax(1) == LABELS).float().mean() > 0.95


@pytest.mark.parametrize("kind", [k for k in losses if "balanced" in losses[k].defaults()])
def test_balancing_makes_a_rare_class_count_more(kind):
    labels = torch.tensor([0] * 30 + [1] * 2)
    logits = torch.zeros(32, 2, requires_grad=True)

    def pull(balanced: bool) -> float:
        chosen = Component(kind=kind, parameters={"balanced": balanced})
        [gradient] = torch.autograd.grad(make_loss(chosen, labels, 2)(logits, labels), logits)
        return float(gradient[30:, 1].abs().sum())

    assert pull(True) > 2 * pull(False)
