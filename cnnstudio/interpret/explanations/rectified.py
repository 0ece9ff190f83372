"""Methods that change how activations hand the gradient back.

Captum does that by hooks on modules, which sees no function, no second use of a module, and breaks
where something works in place. So they run on `in_modules(model)`, where each activation is a
module of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.baselines import baseline_of
from cnnstudio.interpret.explanations.case import Case
from cnnstudio.interpret.explanations.class_activation import gradcam
from cnnstudio.interpret.explanations.in_modules import in_modules
from cnnstudio.interpret.explanations.scores import class_scores

# Captum takes a second to load: only when it is asked for.


class Scored(nn.Module):
    """A network that gives the scores in question: images → (N, classes)."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.model = in_modules(case.model)
        self._output = case.scores.output

    def forward(self, images: Tensor) -> Tensor:
        return class_scores(self.model(images.clone()), self._output)


def guided_backpropagation(case: Case) -> Tensor:
    """The guided gradient's size, the largest over the channels: (N, H, W).

    Springenberg et al. 2015, https://arxiv.org/abs/1412.6806
    """
    return guided_gradient(case).abs().amax(dim=1)


def guided_gradcam(case: Case) -> Tensor:
    """Grad-CAM × the guided gradient's size: (N, H, W). Selvaraju et al. 2017."""
    return gradcam(case) * guided_gradient(case).abs().amax(dim=1)


def deeplift(case: Case, baseline: str) -> Tensor:
    """(N, H, W), signed: contributions by the rescale rule, summed over the channels.

    Shrikumar, Greenside, Kundaje 2017, https://arxiv.org/abs/1704.02685
    """
    from captum.attr import DeepLift

    with _quiet():
        attribution: Tensor = DeepLift(Scored(case).eval()).attribute(
            case.images.clone().requires_grad_(),
            baseline_of(case.images, baseline),
            target=case.scores.targets,
        )
    return attribution.detach().sum(dim=1)


def guided_gradient(case: Case) -> Tensor:
    """Like the gradient with respect to the images, (N, C, H, W), but each ReLU hands back only
    what is above 0. Raises ExplanationError for a network without ReLU."""
    from captum.attr import GuidedBackprop

    scored = Scored(case).eval()
    if not any(isinstance(module, nn.ReLU) for module in scored.modules()):
        raise ExplanationError(
            "The network has no ReLU: guided backpropagation would be the plain gradient.",
            "Use 'gradients', or 'integrated_gradients'.",
        )
    with _quiet():
        attribution: Tensor = GuidedBackprop(scored).attribute(
            case.images.clone().requires_grad_(), target=case.scores.targets
        )
    return attribution.detach()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without captum's warnings that it sets hooks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="\\s*Setting (backward|forward)")
        yield
