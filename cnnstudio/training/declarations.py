"""Optimizers and losses, each declared once. No torch is needed to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.layers.declaration import Declaration, parameter, parameters_of

OPTIM = "https://docs.pytorch.org/docs/stable/generated/torch.optim."
DECAY = "decoupled L2 regularisation: the share by which a step of length 1 shrinks each weight"
BETAS = {"betas": ("beta1", "beta2")}


@dataclass(frozen=True)
class Declared(Declaration):
    """An optimizer or a loss. `tuples` are arguments of the target made of several parameters.

    `states` is how many numbers an optimizer keeps for each weight; none of them if the parameter
    `states_if` is 0.
    """

    tuples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    states: int = 0
    states_if: str = ""

    def states_with(self, parameters: Mapping[str, Any]) -> int:
        """How many numbers an optimizer with these parameters keeps for each weight."""
        wish = parameters.get(self.states_if, self.defaults().get(self.states_if, True))
        return self.states if wish else 0

    def arguments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The target's keyword arguments; ProblemError if a parameter is not valid."""
        values = self.validate(parameters)
        joined = {
            name: tuple(values.pop(part) for part in parts) for name, parts in self.tuples.items()
        }
        return values | joined


optimizers: dict[str, Declared] = {}
losses: dict[str, Declared] = {}


def _declare(
    catalogue: dict[str, Declared],
    title: str,
    *,
    category: str,
    target: str,
    reference: str,
    formula: str,
    tuples: Mapping[str, tuple[str, ...]] | None = None,
    states: int = 0,
    states_if: str = "",
) -> Callable[[type], type]:
    def register(cls: type) -> type:
        catalogue[cls.__name__] = Declared(
            kind=cls.__name__,
            title=title,
            category=category,
            target=target,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=parameters_of(cls),
            formula=formula,
            reference=reference,
            tuples=dict(tuples or {}),
            states=states,
            states_if=states_if,
        )
        return cls

    return register


@_declare(
    optimizers, "AdamW", category="Optimizer", target="torch.optim.AdamW", tuples=BETAS,
    states=2,
    formula="w ← (1 − η·λ)·w − η·m̂ / (√v̂ + ε)", reference="https://arxiv.org/abs/1711.05101",
)  # fmt: skip
class AdamW:
    """Adam with weight decay apart from the gradient. A good first choice."""

    weight_decay: float = parameter(0.01, minimum=0.0, maximum=10.0, help=DECAY)
    beta1: float = parameter(
        0.9, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 1",
        help="how long the mean of the gradient remembers",
    )  # fmt: skip
    beta2: float = parameter(
        0.999, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 2",
        help="how long the mean of the squared gradient remembers",
    )  # fmt: skip
    eps: float = parameter(
        1e-8, minimum=1e-16, maximum=1.0, advanced=True, title="Epsilon",
        help="keeps the division from zero",
    )  # fmt: skip


@_declare(
    optimizers, "Adam", category="Optimizer", target="torch.optim.Adam", tuples=BETAS,
    states=2,
    formula="w ← w − η·m̂ / (√v̂ + ε)", reference="https://arxiv.org/abs/1412.6980",
)  # fmt: skip
class Adam:
    """Steps as long as the gradient is steady: each weight has a step size of its own."""

    weight_decay: float = parameter(
        0.0, minimum=0.0, maximum=10.0, help="L2 penalty, added to the gradient"
    )
    beta1: float = parameter(
        0.9, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 1",
        help="how long the mean of the gradient remembers",
    )  # fmt: skip
    beta2: float = parameter(
        0.999, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 2",
        help="how long the mean of the squared gradient remembers",
    )  # fmt: skip
    eps: float = parameter(
        1e-8, minimum=1e-16, maximum=1.0, advanced=True, title="Epsilon",
        help="keeps the division from zero",
    )  # fmt: skip


@_declare(
    optimizers, "SGD", category="Optimizer", target="torch.optim.SGD", states=1,
    states_if="momentum",
    formula="v ← μ·v + ∇;  w ← w − η·v", reference=OPTIM + "SGD.html",
)  # fmt: skip
class SGD:
    """Stochastic gradient descent: a step against the gradient, with momentum. Wants a larger
    learning rate than Adam, about 0.01 to 0.1."""

    momentum: float = parameter(
        0.9, minimum=0.0, maximum=0.9999, help="share of the last step that is kept"
    )
    weight_decay: float = parameter(
        0.0, minimum=0.0, maximum=10.0, help="L2 penalty, added to the gradient"
    )
    nesterov: bool = parameter(
        False, advanced=True, help="takes the gradient where the momentum leads; needs momentum"
    )


@_declare(
    losses, "Cross-entropy", category="Loss", target="torch.nn.CrossEntropyLoss",
    formula="−log softmax(logits)[class]",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
)  # fmt: skip
class CrossEntropyLoss:
    """How surprised the network is by the true class. Takes logits: no softmax before it."""

    label_smoothing: float = parameter(
        0.0, minimum=0.0, maximum=0.999, help="share of the truth given to all classes alike"
    )
