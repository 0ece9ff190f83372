"""Attacks are captum's and the formula's, stay in range, and find how little it takes."""

import numpy as np
import pytest
import torch
from captum.robust import FGSM, PGD
from torch import nn
from torch.nn import functional

import cnnstudio as cs
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.adversarial.attack import attack
from cnnstudio.interpret.adversarial.search import robust_accuracy, smallest, sweep

from .networks import Functions, InPlace, TwoOutputs, images, traced

MEAN, STD = np.array([0.4, 0.5, 0.6], np.float32), np.array([0.2, 0.25, 0.3], np.float32)
NORMALIZATION = (MEAN, STD)


def normalized(levels):
    return (levels - torch.tensor(MEAN).view(-1, 1, 1)) / torch.tensor(STD).view(-1, 1, 1)


class OnLevels(nn.Module):
    """A network behind its normalisation."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, levels):
        return self.model(normalized(levels))


def cross_entropy(scores, classes):
    return functional.cross_entropy(scores, classes, reduction="none")


def test_fgsm_is_the_formula_on_levels_before_normalisation():
    model, levels = traced(InPlace()).double(), images().double()
    classes = model(normalized(levels)).argmax(1)
    asked = levels.clone().requires_grad_()
    loss = cross_entropy(model(normalized(asked)), classes)
    (gradient,) = torch.autograd.grad(loss.sum(), asked)
    expected = (levels + 0.03 * gradient.sign()).clamp(0, 1)

    found = attack(model, normalized(levels), "fgsm", 0.03, normalization=NORMALIZATION)
    np.testing.assert_allclose(found.levels, expected, atol=1e-5)
    np.testing.assert_allclose(found.images, normalized(expected), atol=1e-5)
    np.testing.assert_allclose(found.change, expected - levels, atol=1e-5)
    after = model(normalized(expected)).softmax(1).detach()
    np.testing.assert_allclose(found.after, after, atol=1e-5)
    assert (found.targets == classes.numpy()).all() and not found.targeted


@pytest.mark.parametrize("target", [None, 1])
def test_fgsm_is_captums(target):
    model, levels = traced(Functions()).double(), images().double()
    classes = model(normalized(levels)).argmax(1) if target is None else torch.tensor([1, 1, 1])
    reference = FGSM(OnLevels(model), cross_entropy, 0.0, 1.0)
    reference.zero_thresh = 0.0
    expected = reference.perturb(levels, 0.05, classes, targeted=target is not None)
    found = attack(model, normalized(levels), "fgsm", 0.05, target, normalization=NORMALIZATION)
    np.testing.assert_allclose(found.levels, expected.detach(), atol=1e-5)
    assert found.targeted == (target is not None)


@pytest.mark.parametrize("target", [None, 2])
def test_pgd_is_captums_and_stays_within_epsilon_and_the_range(target):
    model, levels = traced(Functions()).double(), images().double()
    classes = model(normalized(levels)).argmax(1) if target is None else torch.tensor([2, 2, 2])
    reference = PGD(OnLevels(model), cross_entropy, 0.0, 1.0)
    reference.fgsm.zero_thresh = 0.0
    expected = reference.perturb(levels, 0.06, 0.015, 7, classes, targeted=target is not None)
    found = attack(
        model, normalized(levels), "pgd", 0.06, target,
        normalization=NORMALIZATION, steps=7, step_size=0.015,
    )  # fmt: skip
    np.testing.assert_allclose(found.levels, expected, atol=1e-5)
    assert np.abs(found.change).max() <= 0.06 + 1e-6
    assert found.levels.min() >= 0 and found.levels.max() <= 1


def test_a_random_start_follows_from_the_seed_and_leaves_torchs_own_numbers_alone():
    model, levels = traced(Functions()), images()
    asked = {"epsilon": 0.1, "steps": 1, "random_start": True}
    torch.manual_seed(5)
    one, same, other = (attack(model, levels, "pgd", **asked, seed=seed) for seed in (1, 1, 2))
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    assert (one.levels == same.levels).all() and (one.levels != other.levels).any()


def test_a_sure_network_is_attacked_all_the_same():
    """The cross-entropy's gradient is 0 in floating point there."""
    model, levels = traced(Functions()), images()
    model.fc.weight.data *= 1000
    asked = levels.clone().requires_grad_()
    scores = model(asked)
    (gradient,) = torch.autograd.grad(cross_entropy(scores, scores.argmax(1)).sum(), asked)
    assert (gradient == 0).all()
    exact = model.double()(levels.double())
    assert exact.softmax(1).max(1).values.min() > 0.999999
    found = attack(model.float(), levels, "pgd", 0.3, steps=10)
    assert (np.abs(found.change) > 0.01).mean() > 0.5


def test_a_row_of_epsilons_gives_what_each_gives_alone():
    model, image = traced(Functions()), images()[0]
    epsilons = [0, 4 / 255, 0.1]
    for method, parameters in (("fgsm", {}), ("pgd", {"steps": 4})):
        row = sweep(model, image, epsilons, method, **parameters)
        for number, epsilon in enumerate(epsilons):
            alone = attack(model, image[None], method, epsilon, **parameters)
            np.testing.assert_allclose(row.levels[number], alone.levels[0], atol=1e-5)
            np.testing.assert_allclose(row.after[number], alone.after[0], atol=1e-5)
        np.testing.assert_allclose(row.after[0], row.before[0], atol=1e-5)


def test_the_smallest_change_of_a_linear_network_is_the_margin_by_the_weights():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
    image = 0.4 + 0.2 * torch.rand(3, 4, 4)
    scores = model(image[None])[0].detach()
    rows = model[1].weight.detach()
    weights = rows[scores.argmin()] - rows[scores.argmax()]
    expected = float((scores.max() - scores.min()) / weights.abs().sum())
    for method in ("fgsm", "pgd"):
        found = smallest(model, image, method, greatest=0.3)
        assert found.epsilon == pytest.approx(expected, abs=0.3 / 3000)
        assert found.below < expected <= found.epsilon
        assert found.found.succeeded.all()
        assert not attack(model, image[None], method, found.below).succeeded.any()
        assert found.sentence(["a", "b"]) == (
            f"{found.epsilon * 255:.2g}/255 turns {'ab'[scores.argmax()]} into "
            f"{'ab'[scores.argmin()]}."
        )
    none = smallest(model, image, greatest=expected / 2)
    assert none.epsilon is None and "No change of up to" in none.sentence(["a", "b"])


def test_to_a_class_that_it_is_already_it_takes_nothing():
    model, image = traced(Functions()), images()[0]
    now = int(model(image[None]).argmax())
    assert smallest(model, image, target=now).epsilon == 0


def test_robust_accuracy_is_that_of_the_attacked_images():
    model, batch = traced(Functions()), images(12)
    labels = model(batch).argmax(1).numpy()
    labels[:3] = (labels[:3] + 1) % 4
    told = []
    found = robust_accuracy(
        model, [(batch[:8], labels[:8]), (batch[8:], labels[8:])], [0, 0.05], images=12,
        progress=lambda share, text: told.append(share),
    )  # fmt: skip
    attacked = attack(model, batch, "fgsm", 0.05, labels=labels)
    right = model(torch.from_numpy(attacked.images)).argmax(1).numpy() == labels
    assert found[0] == 9 / 12 and found[1] == pytest.approx(right.mean())
    assert told[-1] == 1 and told == sorted(told)


def test_of_two_outputs_the_one_named_is_attacked():
    model, batch = traced(TwoOutputs()), images()
    first, named = (attack(model, batch, "fgsm", 0.1, target) for target in (None, ("map", 2)))
    assert first.after.shape == (3, 3) and named.after.shape == (3, 4)


def test_what_can_not_be_done_is_said():
    model, batch = traced(InPlace()), images()
    one = nn.Sequential(nn.Flatten(), nn.Linear(768, 1))
    for asked, said in (
        ((model, batch, "fgms"), "Did you mean 'fgsm'"),
        ((model, batch * 3 - 1), "reach from"),
        ((model, batch, "fgsm", 8), "from 0 to 1"),
        ((model, batch, "fgsm", [0.1, 0.2]), "one an image"),
        ((model, batch, "fgsm", 0.1, 4), "4 classes"),
        ((model, batch[0]), "N, channels"),
        ((one, batch), "one number"),
    ):
        with pytest.raises(ExplanationError) as caught:
            attack(*asked)
        assert said in f"{caught.value.message} {caught.value.hint}"
    with pytest.raises(ExplanationError, match="no parameter 'steps'"):
        attack(model, batch, "fgsm", steps=3)
    assert cs.attack is attack
