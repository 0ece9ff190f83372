"""The optimizers, each declared once. No torch is needed to read them."""

from __future__ import annotations

from cnnstudio.layers.declaration import parameter
from cnnstudio.training.declared import Declared, declare

optimizers: dict[str, Declared] = {}

# Optimizers of torch's that are not offered, and why.
REFUSED = {
    "LBFGS": "It asks for the loss several times a step, and what it learns of the curvature from "
    "one batch is wrong for the next.",
    "Rprop": "It goes by the gradient's sign from step to step, which makes sense only if each "
    "step sees all of the data.",
    "SparseAdam": "It is for sparse gradients, which no layer here gives.",
}

OPTIM = "https://docs.pytorch.org/docs/stable/generated/torch.optim."
DECOUPLED = "decoupled L2 regularisation: the share by which a step of length 1 shrinks each weight"
PENALTY = "L2 penalty: this times the weight is added to the gradient"
BETAS = {"betas": ("beta1", "beta2")}


def _decay(default: float = 0.0, help: str = PENALTY) -> float:
    made: float = parameter(default, minimum=0.0, maximum=10.0, help=help)
    return made


def _beta1(default: float = 0.9) -> float:
    made: float = parameter(
        default, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 1",
        help="how long the mean of the gradient remembers",
    )  # fmt: skip
    return made


def _beta2(default: float = 0.999) -> float:
    made: float = parameter(
        default, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 2",
        help="how long the mean of the squared gradient remembers",
    )  # fmt: skip
    return made


def _eps(default: float = 1e-8) -> float:
    made: float = parameter(
        default, minimum=1e-16, maximum=1.0, advanced=True, title="Epsilon",
        help="keeps the division from zero",
    )  # fmt: skip
    return made


def _decoupled() -> bool:
    made: bool = parameter(
        False, advanced=True, title="Decoupled weight decay",
        help="shrinks the weights apart from the gradient, as AdamW does",
    )  # fmt: skip
    return made


@declare(
    optimizers, "AdamW", category="Optimizer", target="torch.optim.AdamW", tuples=BETAS, states=2,
    large_rate=0.1, fused=("cpu", "cuda"), formula="w ← (1 − η·λ)·w − η·m̂ / (√v̂ + ε)",
    reference="https://arxiv.org/abs/1711.05101",
)  # fmt: skip
class AdamW:
    """Adam with weight decay apart from the gradient. A good first choice."""

    weight_decay: float = _decay(0.01, DECOUPLED)
    beta1: float = _beta1()
    beta2: float = _beta2()
    eps: float = _eps()


@declare(
    optimizers, "Adam", category="Optimizer", target="torch.optim.Adam", tuples=BETAS, states=2,
    large_rate=0.1,
    fused=("cpu", "cuda"), formula="w ← w − η·m̂ / (√v̂ + ε)", reference="https://arxiv.org/abs/1412.6980",
)  # fmt: skip
class Adam:
    """Steps as long as the gradient is steady: each weight has a step size of its own."""

    weight_decay: float = _decay()
    beta1: float = _beta1()
    beta2: float = _beta2()
    eps: float = _eps()


@declare(
    optimizers, "SGD", category="Optimizer", target="torch.optim.SGD", states_if=("momentum",),
    large_rate=2.0,
    fused=("cuda",), formula="v ← μ·v + ∇;  w ← w − η·v", reference=OPTIM + "SGD.html",
)  # fmt: skip
class SGD:
    """Stochastic gradient descent: a step against the gradient, with momentum. Wants a larger
    learning rate than Adam, about 0.01 to 0.1."""

    momentum: float = parameter(
        0.9, minimum=0.0, maximum=0.9999, help="share of the last step that is kept"
    )
    weight_decay: float = _decay()
    nesterov: bool = parameter(
        False, advanced=True, help="takes the gradient where the momentum leads; needs momentum"
    )


@declare(
    optimizers, "RAdam", category="Optimizer", target="torch.optim.RAdam", tuples=BETAS, states=2,
    large_rate=0.1, formula="w ← w − η·r·m̂ / √v̂", reference="https://arxiv.org/abs/1908.03265",
)  # fmt: skip
class RAdam:
    """Adam that warms itself up: it holds back until it knows how much gradients vary."""

    weight_decay: float = _decay()
    beta1: float = _beta1()
    beta2: float = _beta2()
    eps: float = _eps()
    decoupled_weight_decay: bool = _decoupled()


@declare(
    optimizers, "NAdam", category="Optimizer", target="torch.optim.NAdam", tuples=BETAS, states=2,
    large_rate=0.1, formula="w ← w − η·(μ·m̂ + (1 − μ)·∇) / (√v̂ + ε)",
    reference="https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
)  # fmt: skip
class NAdam:
    """Adam that looks ahead along its momentum, as Nesterov's method does."""

    weight_decay: float = _decay()
    beta1: float = _beta1()
    beta2: float = _beta2()
    eps: float = _eps()
    momentum_decay: float = parameter(
        4e-3, minimum=0.0, maximum=1.0, advanced=True, help="how fast the momentum comes in"
    )
    decoupled_weight_decay: bool = _decoupled()


@declare(
    optimizers, "Adamax", category="Optimizer", target="torch.optim.Adamax", tuples=BETAS,
    large_rate=0.1, states=2, formula="u ← max(β₂·u, |∇|);  w ← w − η·m̂ / u",
    reference="https://arxiv.org/abs/1412.6980",
)  # fmt: skip
class Adamax:
    """Adam that divides by the largest recent gradient: calm where gradients are rare and large."""

    weight_decay: float = _decay()
    beta1: float = _beta1()
    beta2: float = parameter(
        0.999, minimum=0.0, maximum=0.999999, advanced=True, title="Beta 2",
        help="how long the largest gradient is remembered",
    )  # fmt: skip
    eps: float = _eps()


@declare(
    optimizers, "RMSprop", category="Optimizer", target="torch.optim.RMSprop", states=1,
    large_rate=0.1,
    states_if=("momentum", "centered"), formula="v ← α·v + (1 − α)·∇²;  w ← w − η·∇ / (√v + ε)",
    reference="https://www.cs.toronto.edu/~hinton/coursera/lecture6/lec6.pdf",
)  # fmt: skip
class RMSprop:
    """Divides each weight's step by the recent size of its gradient."""

    alpha: float = parameter(
        0.99, minimum=0.0, maximum=0.9999, help="how long the mean of the squares remembers"
    )
    momentum: float = parameter(
        0.0, minimum=0.0, maximum=0.9999, help="share of the last step that is kept"
    )
    weight_decay: float = _decay()
    centered: bool = parameter(
        False, advanced=True, help="divides by the gradient's deviation instead of its size"
    )
    eps: float = _eps()


@declare(
    optimizers, "Adagrad", category="Optimizer", target="torch.optim.Adagrad", states=1,
    large_rate=1.0, formula="v ← v + ∇²;  w ← w − η·∇ / (√v + ε)",
    reference="https://jmlr.org/papers/v12/duchi11a.html",
)  # fmt: skip
class Adagrad:
    """Steps shrink with all gradients so far: for features that are rare. Wants a learning rate of
    about 0.01."""

    weight_decay: float = _decay()
    lr_decay: float = parameter(
        0.0, minimum=0.0, maximum=1.0, advanced=True, title="Learning rate decay",
        help="shrinks the learning rate by 1 / (1 + this × steps)",
    )  # fmt: skip
    initial_accumulator_value: float = parameter(
        0.0, minimum=0.0, maximum=1e6, advanced=True, help="what the sum of squares begins with"
    )
    eps: float = _eps(1e-10)


@declare(
    optimizers, "Adadelta", category="Optimizer", target="torch.optim.Adadelta", states=2,
    formula="Δ ← ∇·√(u + ε) / √(v + ε);  w ← w − η·Δ",
    reference="https://arxiv.org/abs/1212.5701",
)  # fmt: skip
class Adadelta:
    """Finds its own step size from how far it went lately. Wants a learning rate of 1."""

    rho: float = parameter(
        0.9, minimum=0.0, maximum=0.9999, help="how long the means of the squares remember"
    )
    weight_decay: float = _decay()
    eps: float = _eps(1e-6)


@declare(
    optimizers, "Adafactor", category="Optimizer", target="torch.optim.Adafactor",
    large_rate=0.5,
    formula="w ← w − η·∇ / √(rows(∇²) ⊗ columns(∇²))", reference="https://arxiv.org/abs/1804.04235",
)  # fmt: skip
class Adafactor:
    """Keeps a number for each row and column of a weight instead of one for each entry: for
    networks that hardly fit into memory. Wants a learning rate of about 0.01."""

    weight_decay: float = _decay(0.0, DECOUPLED)
    beta2_decay: float = parameter(
        -0.8, minimum=-1.0, maximum=0.0, advanced=True, title="Beta 2 decay",
        help="how the memory of the squared gradient grows with the steps",
    )  # fmt: skip
    d: float = parameter(
        1.0, minimum=0.01, maximum=100.0, advanced=True, title="Clipping threshold",
        help="the largest root mean square of a step",
    )  # fmt: skip


@declare(
    optimizers, "Muon", category="Optimizer", target="cnnstudio.training.muon.MuonWithAdamW",
    large_rate=1.0, states=2, formula="w ← (1 − η·λ)·w − η·orthogonalised(μ·v + ∇)",
    reference="https://kellerjordan.github.io/posts/muon/",
)  # fmt: skip
class Muon:
    """Makes the step of each matrix orthogonal, so that no direction is left behind. For the
    weights of Linear layers and attention; all others are trained by AdamW."""

    weight_decay: float = _decay(0.1, DECOUPLED)
    momentum: float = parameter(
        0.95, minimum=0.0, maximum=0.9999, help="share of the last step that is kept"
    )
    nesterov: bool = parameter(True, advanced=True, help="takes the gradient ahead of the momentum")
