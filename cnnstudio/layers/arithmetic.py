"""Arithmetic between tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Shape, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Arithmetic"
DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


@layer(
    "Add", category=CATEGORY, common=True, also_called=("skip", "residual", "shortcut", "sum"),
    target="operator.add", icon="mdi6.plus", call="fold", variadic=True, formula="a + b + …",
    used_in="The skip connections of ResNet.", reference=DOCS + "add.html",
)  # fmt: skip
class Add:
    """Adds its inputs value by value. Their shapes must agree. As a skip connection it lets the
    gradient pass the layers between unchanged."""


@layer(
    "Multiply", category=CATEGORY, common=True, also_called=("gate", "times", "product"),
    target="operator.mul", icon="mdi6.close", call="fold", variadic=True, formula="a · b · …",
    used_in="Gates and attention: squeeze-excite.", reference=DOCS + "mul.html",
)  # fmt: skip
class Multiply:
    """Multiplies its inputs value by value; a dimension of size 1 is stretched to the other's."""


@layer(
    "Subtract", category=CATEGORY, common=True, also_called=("minus", "difference"),
    target="operator.sub", icon="mdi6.minus", call="function", inputs=("from", "what"),
    formula="a − b", used_in="Differences of two branches.", reference=DOCS + "sub.html",
)  # fmt: skip
class Subtract:
    """Subtracts the second input from the first, value by value."""


@layer(
    "Divide", category=CATEGORY, target="operator.truediv", icon="mdi6.division", call="function",
    inputs=("what", "by"), common=True, formula="a / b", used_in="Ratios, and norms of one's own.",
    reference=DOCS + "div.html",
)  # fmt: skip
class Divide:
    """Divides the first input by the second, value by value."""


@layer(
    "Maximum", category=CATEGORY, target="torch.maximum", icon="mdi6.arrow-up-bold-outline",
    call="fold", variadic=True, formula="max(a, b, …)", used_in="Maxout of several branches.",
)  # fmt: skip
class Maximum:
    """Takes the largest of its inputs, value by value."""


@layer(
    "Minimum", category=CATEGORY, target="torch.minimum", icon="mdi6.arrow-down-bold-outline",
    call="fold", variadic=True, formula="min(a, b, …)", used_in="Soft logic: all must agree.",
)  # fmt: skip
class Minimum:
    """Takes the smallest of its inputs, value by value."""


@layer(
    "Average", category=CATEGORY, target="cnnstudio.modules.arithmetic.Average",
    icon="mdi6.scale-balance", variadic=True, also_called=("mean of inputs", "ensemble"),
    formula="(a + b + …) / count", used_in="Ensembles, and answers averaged over views.",
    reference=DOCS + "mean.html",
)  # fmt: skip
class Average:
    """The mean of its inputs, value by value."""


def _count(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return len(shapes)


@layer(
    "Weighted sum", category=CATEGORY, target="cnnstudio.modules.arithmetic.WeightedSum",
    icon="mdi6.tune", variadic=True, also_called=("fusion", "bifpn"), inferred={"count": _count},
    formula="Σ wᵢ·xᵢ / (eps + Σ wᵢ), with learned wᵢ ≥ 0",
    used_in="EfficientDet's feature pyramid.", reference="https://arxiv.org/abs/1911.09070",
)  # fmt: skip
class WeightedSum:
    """Adds its inputs with learned shares: the network finds out which to listen to."""

    eps: float = parameter(1e-4, minimum=1e-12, advanced=True, help="against division by zero")


@layer(
    "Power of two inputs", category=CATEGORY, target="operator.pow", icon="mdi6.exponent-box",
    call="function", inputs=("base", "exponent"), formula="aᵇ",
    used_in="Gamma correction with a learned exponent.", reference=DOCS + "pow.html",
)  # fmt: skip
class PowerOf:
    """Raises the first input to the power of the second, value by value."""


@layer(
    "Linear interpolation", category=CATEGORY, target="torch.lerp",
    icon="mdi6.transition", call="function", inputs=("from", "to"), also_called=("lerp", "mix"),
    formula="a + weight · (b − a)", used_in="Averages that move, and mixing of two branches.",
)  # fmt: skip
class Lerp:
    """A point between its two inputs: the first at weight 0, the second at 1."""

    weight: float = parameter(0.5, headline=True, help="0 gives the first input, 1 the second")


@layer(
    "Where", category=CATEGORY, target="cnnstudio.modules.arithmetic.Where",
    icon="mdi6.source-branch", inputs=("condition", "if above", "otherwise"),
    also_called=("if", "choose", "mask"), gates=(0,),
    formula="b where condition > threshold, else c",
    used_in="Masks; one of two branches, pixel by pixel.", reference=DOCS + "where.html",
)  # fmt: skip
class Where:
    """Takes values of the second input where the first is above a threshold, and of the third
    elsewhere. The first gets no gradient."""

    threshold: float = parameter(0.0, headline=True, help="what the condition must exceed")


@layer(
    "Compare", category=CATEGORY, target="cnnstudio.modules.arithmetic.Compare",
    icon="mdi6.code-greater-than-or-equal", inputs=("first", "second"), differentiable=False,
    also_called=("greater", "less", "equal"), formula="1 where a ▷ b, else 0",
    used_in="Masks made of two tensors.", reference=DOCS + "gt.html",
)  # fmt: skip
class Compare:
    """1 where the comparison of its two inputs holds, 0 elsewhere. It passes no gradient on."""

    operation: Choice = parameter(
        "gt", choices=("gt", "ge", "lt", "le", "eq", "ne"), headline=True,
        help="greater, greater or equal, less, less or equal, equal, not equal",
    )  # fmt: skip


@layer(
    "Arc tangent of two inputs", category=CATEGORY, target="torch.atan2", icon="mdi6.angle-acute",
    call="function", inputs=("y", "x"), also_called=("phase", "angle"),
    formula="the angle of the point (x, y)", used_in="Phase from real and imaginary part.",
)  # fmt: skip
class Atan2:
    """The angle of the point whose coordinates its two inputs are, between −π and π."""


@layer(
    "Hypotenuse", category=CATEGORY, target="torch.hypot", icon="mdi6.vector-triangle",
    call="function", inputs=("first", "second"), formula="√(a² + b²)",
    used_in="Magnitude from two directions: edges, spectra.",
)  # fmt: skip
class Hypot:
    """The length of the vector that its two inputs are the parts of."""


@layer(
    "Log of summed exponentials", category=CATEGORY, target="torch.logaddexp",
    icon="mdi6.math-log", call="fold", variadic=True, formula="log(eᵃ + eᵇ + …)",
    used_in="Probabilities that are kept as logarithms.",
)  # fmt: skip
class LogAddExp:
    """Adds numbers that are given as logarithms, and gives the logarithm of the sum."""


@layer(
    "Matrix product", category=CATEGORY, target="torch.matmul", icon="mdi6.matrix",
    call="function", inputs=("left", "right"), common=True, also_called=("matmul", "bmm", "dot"),
    formula="(N, …, A, B) · (N, …, B, C) → (N, …, A, C)", used_in="Attention.",
    examples=[[(5, 12), (12, 7)], [(3, 5, 12), (3, 12, 7)]],
)  # fmt: skip
class MatMul:
    """Multiplies the matrices in the last two dimensions of its inputs."""


@layer(
    "Einstein sum", category=CATEGORY, target="cnnstudio.modules.arithmetic.Einsum",
    icon="mdi6.sigma-lower", variadic=True, also_called=("einsum", "outer product"),
    formula="any product and sum over named dimensions",
    used_in="Attention, outer products, graph convolutions.", reference=DOCS + "einsum.html",
    examples=[[(5,), (7,)]],
)  # fmt: skip
class Einsum:
    """Multiplies its inputs and sums over dimensions, as an equation of letters says: each letter
    is a dimension, one that is missing on the right is summed over. The first letter is the
    batch."""

    equation: str = parameter(
        "ni,nj->nij", headline=True, help="the dimensions of each input, and of the output"
    )


@layer(
    "Cosine similarity", category=CATEGORY, target="torch.nn.CosineSimilarity",
    icon="mdi6.angle-acute", inputs=("first", "second"), formula="a·b / (|a|·|b|)",
    used_in="Comparing embeddings: SimSiam, retrieval.",
)  # fmt: skip
class CosineSimilarity:
    """How much two vectors point in one direction: from −1 to 1. The dimension is gone
    afterwards."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True, help="along which they lie"
    )
    eps: float = parameter(1e-8, minimum=1e-12, advanced=True, help="against division by zero")


@layer(
    "Pairwise distance", category=CATEGORY, target="torch.nn.PairwiseDistance",
    icon="mdi6.ruler", ranks=[2, 3], inputs=("first", "second"),
    reads={"p": lambda m: m.norm}, formula="‖a − b + eps‖ₚ", used_in="Siamese networks.",
)  # fmt: skip
class PairwiseDistance:
    """The distance between two vectors, along the last dimension."""

    p: float = parameter(2.0, minimum=0.1, title="Exponent", help="of the norm; 2 is Euclid's")
    eps: float = parameter(1e-6, minimum=0.0, advanced=True, help="added to the difference")
    keepdim: bool = parameter(
        True, title="Keep dimension", help="the dimension gone through stays, with size 1"
    )


@layer(
    "Distances of all pairs", category=CATEGORY, target="torch.cdist", icon="mdi6.ruler-square",
    call="function", ranks=[3], inputs=("first", "second"),
    also_called=("cdist", "distance matrix"), formula="(N, A, D), (N, B, D) → (N, A, B)",
    used_in="Prototypes, codebooks, nearest neighbours.",
)  # fmt: skip
class PairDistances:
    """The distance of each vector of the first input to each of the second."""

    p: float = parameter(2.0, minimum=0.1, title="Exponent", help="of the norm; 2 is Euclid's")
