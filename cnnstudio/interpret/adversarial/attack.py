"""Images changed a little so that a network says something else of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.adversarial.attacks import attack_named
from cnnstudio.interpret.explanations.case import Passes, Progress
from cnnstudio.interpret.explanations.declared import chosen_of
from cnnstudio.interpret.explanations.scores import class_scores, named_output
from cnnstudio.interpret.images import as_batch, evaluating, one_image_input, shape_text
from cnnstudio.interpret.levels import Levels, Normalization
from cnnstudio.interpret.predict import as_probabilities, log_odds

BATCH = 64
# Captum leaves alone what has a gradient below 1e-6: of a sure network, all of the image.
SMALLEST = 0.0


@dataclass(frozen=True)
class Attack:
    """What became of each image, N of them.

    `epsilons` are the most that any level was changed by, in the image's 0…1. `targets` are the
    classes that were attacked or, `targeted`, aimed at. `change` is what was added to the levels;
    `images` are the results as the network takes them.
    """

    method: str
    epsilons: np.ndarray  # (N,)
    targets: np.ndarray  # (N,)
    targeted: bool
    images: np.ndarray  # (N, C, H, W)
    levels: np.ndarray  # (N, C, H, W) in 0…1
    change: np.ndarray  # (N, C, H, W)
    before: np.ndarray  # (N, classes), probabilities
    after: np.ndarray  # (N, classes)

    @property
    def succeeded(self) -> np.ndarray:
        """(N,) bool: whether the network now says the class aimed at, or no longer the attacked."""
        says = self.after.argmax(axis=1) == self.targets
        found: np.ndarray = says if self.targeted else ~says
        return found


def attack(
    model: nn.Module,
    images: Any,
    method: str = "fgsm",
    epsilon: float | Sequence[float] = 8 / 255,
    target: Any = None,
    *,
    labels: Any = None,
    normalization: Normalization = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Attack:
    """Changes each image (N, C, H, W), given as the network takes it, by at most `epsilon`.

    Epsilon is in the image's 0…1, before normalisation: 8/255 is eight levels of a stored image.
    It may be one for each image, or several for a single image. Results stay within 0…1. `target`
    is the class to end at (one, or one for each image); if None the network is led away from
    `labels`, or from what it says now. `normalization` is (mean, std) by channel, as the network
    was trained with. `parameters` are the method's own.

    `images` and `levels` (N, C, H, W), `change` of the levels, the probabilities `before` and
    `after` (N, classes) and `succeeded` (N,) come back.

    Raises ExplanationError for a network or an image that this can't be done with.
    """
    declared = attack_named(method)
    settings = chosen_of(declared, parameters)
    with evaluating(model), torch.enable_grad():
        case = case_of(model, images, epsilon, target, labels, normalization, Passes(progress))
        module, function = declared.target.rsplit(".", 1)
        try:
            found: Tensor = getattr(import_module(module), function)(case, **settings)
        except RuntimeError as error:
            raise ExplanationError(
                "There is no gradient from the network's scores back to the image.",
                "A layer in between may not be differentiable.",
            ) from error
        with torch.no_grad():
            after = case.probabilities(found)
    return Attack(
        method=method,
        epsilons=case.epsilons.flatten().cpu().numpy(),
        targets=case.classes.expand(len(found)).cpu().numpy(),
        targeted=case.targeted,
        images=case.scale.to_network(found).cpu().numpy(),
        levels=found.cpu().numpy(),
        change=(found - case.levels).cpu().numpy(),
        before=case.before.expand(len(found), -1).cpu().numpy(),
        after=after.cpu().numpy(),
    )


def fgsm(case: Attacked) -> Tensor:
    """Goodfellow, Shlens, Szegedy 2015, https://arxiv.org/abs/1412.6572."""
    from captum.robust import FGSM  # a second to load: only when it is asked for

    case.passes.expect(len(case.levels))
    method = FGSM(case.odds, case.loss, lower_bound=0.0, upper_bound=1.0)
    method.zero_thresh = SMALLEST
    with _quiet():
        # One gradient: of a single image all epsilons are tried along it.
        found: Tensor = method.perturb(
            case.levels, case.epsilons, None, targeted=case.targeted,
        )  # fmt: skip
    return found.detach()


def pgd(
    case: Attacked, steps: int, step_size: float | None, random_start: bool, seed: int
) -> Tensor:
    """Madry et al. 2018, https://arxiv.org/abs/1706.06083."""
    from captum.robust import PGD

    levels = case.levels.expand(len(case.epsilons), *case.levels.shape[1:])
    case.passes.expect(steps * len(levels))
    method = PGD(case.odds, case.loss, lower_bound=0.0, upper_bound=1.0)
    method.fgsm.zero_thresh = SMALLEST
    length = 2.5 * case.epsilons / steps if step_size is None else step_size
    with _quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found: Tensor = method.perturb(
            levels, case.epsilons, length, steps, None,
            targeted=case.targeted, random_start=random_start,
        )  # fmt: skip
    return found.detach()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without captum's warnings that it asks for gradients."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Input Tensor")
        yield


@dataclass(frozen=True)
class Attacked:
    """`levels` (N, C, H, W) in 0…1 and a network: what a method is given. Of a single image there
    may be several epsilons."""

    model: nn.Module
    scale: Levels
    levels: Tensor
    epsilons: Tensor  # (N, 1, 1, 1)
    classes: Tensor  # (N,)
    targeted: bool
    output: str | None
    before: Tensor  # (N, classes), probabilities
    passes: Passes

    def odds(self, levels: Tensor) -> Tensor:
        """(N,): log p / (1 − p) of each image's class. Its gradient has the sign of minus that of
        the cross-entropy, and is not lost where the network is sure."""
        self.passes.count(len(levels))
        return log_odds(self.scores(levels), self.classes.expand(len(levels)))

    def loss(self, odds: Tensor, target: Any) -> Tensor:
        return -odds

    def scores(self, levels: Tensor) -> Tensor:
        return class_scores(self.model(self.scale.to_network(levels)), self.output)

    def probabilities(self, levels: Tensor) -> Tensor:
        return torch.cat([as_probabilities(self.scores(part)) for part in levels.split(BATCH)])


def case_of(
    model: nn.Module,
    images: Any,
    epsilon: float | Sequence[float],
    target: Any,
    labels: Any,
    normalization: Normalization,
    passes: Passes,
) -> Attacked:
    """Reads what `attack` is given, in one pass through the network."""
    one_image_input(model)
    batch = as_batch(images, model).detach()
    if batch.ndim != 4:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}; attacks need "
            "(N, channels, height, width)."
        )
    scale = Levels(normalization, batch)
    levels = scale.of(batch)
    output, target = named_output(target)
    with torch.no_grad():
        result = model(batch.clone())
        if isinstance(result, dict) and output is None:
            output = next(iter(result))
        scores = class_scores(result, output).float()
    count, classes = scores.shape
    if classes < 2:
        raise ExplanationError(
            "The network gives one number for an image, and decides nothing: there is no other "
            "class to lead it to."
        )
    wanted = target if target is not None else labels
    if wanted is None:
        chosen_classes = scores.argmax(dim=1)
    else:
        chosen_classes = torch.as_tensor(wanted, device=batch.device).long().expand(count)
        if not bool(((chosen_classes >= 0) & (chosen_classes < classes)).all()):
            raise ExplanationError(f"There are {classes} classes, counted from 0.")
    epsilons = torch.as_tensor(epsilon, dtype=batch.dtype, device=batch.device).reshape(-1)
    if (count > 1 and len(epsilons) not in (1, count)) or not bool(
        ((epsilons >= 0) & (epsilons <= 1)).all()
    ):
        raise ExplanationError(
            "Epsilon is how much a pixel may change, from 0 to 1: one number, or one an image.",
            "Eight levels of a stored image are 8/255 = 0.031.",
        )
    return Attacked(
        model=model,
        scale=scale,
        levels=levels,
        epsilons=epsilons.expand(max(count, len(epsilons))).reshape(-1, 1, 1, 1),
        classes=chosen_classes.clone(),
        targeted=target is not None,
        output=output,
        before=as_probabilities(scores),
        passes=passes,
    )
