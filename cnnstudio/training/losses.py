"""The losses, each declared once. No torch is needed to read them.

A target takes (scores (N, classes), labels (N,)) and gives the mean over the N samples; those of
torch that ask for something else are wrapped in `cnnstudio.training.criteria`.
"""

from __future__ import annotations

from cnnstudio.layers.declaration import parameter
from cnnstudio.training.declared import Declared, declare

losses: dict[str, Declared] = {}

# None of them can be below 0: that much are errors of rounding.
LEAST_LOSS = -1e-3

NN = "https://docs.pytorch.org/docs/stable/generated/torch.nn."
OURS = "cnnstudio.training.criteria."
BALANCE = "weighs each class by how rare it is among the training images"


def _balanced() -> bool:
    made: bool = parameter(False, title="Balance classes", help=BALANCE)
    return made


@declare(
    losses, "Cross-entropy", category="Loss", target="torch.nn.CrossEntropyLoss",
    formula="−log softmax(logits)[class]", reference=NN + "CrossEntropyLoss.html",
)  # fmt: skip
class CrossEntropyLoss:
    """How surprised the network is by the true class. Takes logits: no softmax before it."""

    label_smoothing: float = parameter(
        0.0, minimum=0.0, maximum=0.999, help="share of the truth given to all classes alike"
    )
    balanced: bool = _balanced()


@declare(
    losses, "Focal", category="Loss", target=OURS + "FocalLoss",
    formula="−(1 − p)^γ·log p, p = softmax(logits)[class]",
    reference="https://arxiv.org/abs/1708.02002",
)  # fmt: skip
class FocalLoss:
    """Cross-entropy that looks away from what is right already, so that few hard samples are not
    drowned by many easy ones. Takes logits."""

    gamma: float = parameter(
        2.0,
        minimum=0.0,
        maximum=10.0,
        help="how much less an easy sample counts; 0 is cross-entropy",
    )
    balanced: bool = _balanced()


@declare(
    losses, "Binary cross-entropy", category="Loss", target=OURS + "OneAgainstAllLoss",
    formula="mean over classes of −log σ(±logit)", reference=NN + "BCEWithLogitsLoss.html",
)  # fmt: skip
class BCEWithLogitsLoss:
    """A yes or no for each class by itself. Takes logits: no sigmoid before it."""

    balanced: bool = _balanced()


@declare(
    losses, "Negative log-likelihood", category="Loss", target="torch.nn.NLLLoss",
    formula="−x[class]", reference=NN + "NLLLoss.html",
)  # fmt: skip
class NLLLoss:
    """Cross-entropy for a network that ends in LogSoftmax."""

    balanced: bool = _balanced()


@declare(
    losses, "Multi-margin (hinge)", category="Loss", target="torch.nn.MultiMarginLoss",
    formula="Σ max(0, margin − x[class] + x[i])^p / classes", reference=NN + "MultiMarginLoss.html",
    unmixed="It asks for one class to lead, and a mixed image is of two.",
)  # fmt: skip
class MultiMarginLoss:
    """Asks that the true class's score lead the others by a margin: the loss of support vector
    machines."""

    margin: float = parameter(1.0, minimum=0.0, maximum=100.0, help="by how much it must lead")
    p: int = parameter(1, minimum=1, maximum=2, title="Power", help="2 squares what is missing")
    balanced: bool = _balanced()


@declare(
    losses, "Squared error", category="Loss", target=OURS + "SquaredErrorLoss",
    formula="mean (p − one-hot)²", reference=NN + "MSELoss.html",
)  # fmt: skip
class MSELoss:
    """The squared distance of the classes' probabilities from the truth: the Brier score."""

    softmax: bool = parameter(True, help="off for a network that gives probabilities itself")


@declare(
    losses, "Absolute error", category="Loss", target=OURS + "AbsoluteErrorLoss",
    formula="mean |p − one-hot|", reference=NN + "L1Loss.html",
    unmixed="It is least where the class with the larger share has all of the probability.",
)  # fmt: skip
class L1Loss:
    """The distance of the classes' probabilities from the truth: forgiving to wrong labels."""

    softmax: bool = parameter(True, help="off for a network that gives probabilities itself")


@declare(
    losses, "Smooth absolute error", category="Loss", target=OURS + "SmoothErrorLoss",
    formula="½·d² / β if d < β, else d − ½·β", reference=NN + "SmoothL1Loss.html",
)  # fmt: skip
class SmoothL1Loss:
    """Squared for small errors, absolute for large ones."""

    beta: float = parameter(
        1.0, minimum=1e-6, maximum=100.0, help="where the one becomes the other"
    )
    softmax: bool = parameter(True, help="off for a network that gives probabilities itself")


@declare(
    losses, "Huber", category="Loss", target=OURS + "HuberErrorLoss",
    formula="½·d² if d < δ, else δ·(d − ½·δ)", reference=NN + "HuberLoss.html",
)  # fmt: skip
class HuberLoss:
    """As the smooth absolute error, with a slope of delta for large errors."""

    delta: float = parameter(
        1.0, minimum=1e-6, maximum=100.0, help="where squared becomes absolute"
    )
    softmax: bool = parameter(True, help="off for a network that gives probabilities itself")


@declare(
    losses, "Dice", category="Loss", target=OURS + "DiceLoss",
    formula="1 − (2·Σ p·t + s) / (Σ p + Σ t + s)", reference="https://arxiv.org/abs/1606.04797",
    unmixed="It compares whole batches, and is no mean over images.",
)  # fmt: skip
class DiceLoss:
    """How little prediction and truth overlap, each class by itself over the batch: a rare class
    counts as much as a common one. Takes logits."""

    smooth: float = parameter(
        1.0, minimum=0.0, maximum=1e6, help="keeps the division from zero, and the loss smooth"
    )


@declare(
    losses, "KL divergence", category="Loss", target=OURS + "DivergenceLoss",
    formula="Σ t·(log t − log p)", reference=NN + "KLDivLoss.html",
)  # fmt: skip
class KLDivLoss:
    """How far the classes' probabilities are from a softened truth (Kullback-Leibler); 0 where they
    agree. Takes logits."""

    label_smoothing: float = parameter(
        0.1, minimum=0.0, maximum=0.999, help="share of the truth given to all classes alike"
    )
