"""Reductions: one number for many, over chosen dimensions."""

from __future__ import annotations

from cnnstudio.layers.declaration import Ints, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Reduction"


class Over:
    """Several dimensions."""

    dim: Ints = parameter(
        (-1,), minimum=-4, maximum=4, title="Dimensions", headline=True,
        help="which go; 1 is channels, −1 the last one, the batch is 0 and stays",
    )  # fmt: skip
    keepdim: bool = parameter(
        False, title="Keep dimensions", help="they stay, with size 1, so that it can be multiplied"
    )


class OverOne:
    dim: int = parameter(
        -1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="which goes; 1 is channels, −1 the last one",
    )  # fmt: skip
    keepdim: bool = parameter(False, title="Keep dimension", help="it stays, with size 1")


@layer(
    "Mean", category=CATEGORY, target="torch.mean", icon="mdi6.sigma", call="function",
    ranks=[3, 4, 5], common=True, also_called=("average",), formula="(Σ x) / count",
    used_in="Averages over tokens, places or channels.",
)  # fmt: skip
class Mean(Over):
    """The mean over dimensions, which are gone afterwards."""


@layer(
    "Sum", category=CATEGORY, target="torch.sum", icon="mdi6.sigma", call="function",
    ranks=[3, 4, 5], common=True, also_called=("total",), formula="Σ x",
    used_in="Sums over tokens, places or channels.",
)  # fmt: skip
class Sum(Over):
    """The sum over dimensions, which are gone afterwards."""


@layer(
    "Maximum over dimensions", category=CATEGORY, target="torch.amax",
    icon="mdi6.arrow-up-bold-outline", call="function", ranks=[3, 4, 5], common=True,
    also_called=("amax", "maximum"), formula="max x",
    used_in="The strongest answer over tokens, places or channels.",
)  # fmt: skip
class Max(Over):
    """The largest value over dimensions, which are gone afterwards."""


@layer(
    "Minimum over dimensions", category=CATEGORY, target="torch.amin",
    icon="mdi6.arrow-down-bold-outline", call="function", ranks=[3, 4, 5],
    also_called=("amin", "minimum"), formula="min x", used_in="The weakest answer over dimensions.",
)  # fmt: skip
class Min(Over):
    """The smallest value over dimensions, which are gone afterwards."""


@layer(
    "Log of summed exponentials over dimensions", category=CATEGORY, target="torch.logsumexp",
    icon="mdi6.math-log", call="function", ranks=[3, 4, 5], also_called=("smooth maximum",),
    formula="log Σ eˣ", used_in="A smooth maximum; energies of classifiers.",
)  # fmt: skip
class LogSumExp(Over):
    """A smooth maximum over dimensions, which are gone afterwards."""


@layer(
    "Standard deviation", category=CATEGORY, target="torch.std", icon="mdi6.chart-bell-curve",
    call="function", ranks=[3, 4, 5], formula="√(Σ (x − mean)² / (count − correction))",
    used_in="Minibatch deviation of StyleGAN; statistics of texture.",
)  # fmt: skip
class Std(Over):
    """The standard deviation over dimensions, which are gone afterwards."""

    correction: int = parameter(
        1,
        minimum=0,
        maximum=1,
        advanced=True,
        help="1 for a sample of a population, 0 for all of it",
    )


@layer(
    "Variance", category=CATEGORY, target="torch.var", icon="mdi6.chart-bell-curve",
    call="function", ranks=[3, 4, 5], formula="Σ (x − mean)² / (count − correction)",
    used_in="Statistics of texture and of series.",
)  # fmt: skip
class Var(Over):
    """The variance over dimensions, which are gone afterwards."""

    correction: int = parameter(
        1,
        minimum=0,
        maximum=1,
        advanced=True,
        help="1 for a sample of a population, 0 for all of it",
    )


@layer(
    "Norm", category=CATEGORY, target="torch.linalg.vector_norm", icon="mdi6.math-norm-box",
    call="function", ranks=[3, 4, 5], also_called=("length", "l2 norm"),
    formula="(Σ |x|^ord)^(1/ord)", used_in="Lengths of capsules and embeddings.",
)  # fmt: skip
class Norm(Over):
    """The length of vectors along dimensions, which are gone afterwards."""

    ord: float = parameter(2.0, title="Exponent", headline=True, help="2 is Euclid's, 1 sums up")


@layer(
    "Product", category=CATEGORY, target="torch.prod", icon="mdi6.pi", call="function",
    ranks=[3, 4, 5], formula="Π x", used_in="Probabilities of all at once.",
)  # fmt: skip
class Product(OverOne):
    """The product along a dimension, which is gone afterwards."""


@layer(
    "Median", category=CATEGORY, target="torch.median", icon="mdi6.chart-box-outline",
    call="function", ranks=[3, 4, 5], outputs=("values", "indices"), picks=[(0,), (1,)],
    formula="the lower of the middle values", used_in="Averages that outliers don't move.",
)  # fmt: skip
class Median(OverOne):
    """The middle value along a dimension, and where it stood."""


@layer(
    "Quantile", category=CATEGORY, target="torch.quantile", icon="mdi6.chart-box",
    call="function", ranks=[3, 4, 5], also_called=("percentile",),
    formula="the value that a share q of the others lies below", used_in="Robust ranges.",
)  # fmt: skip
class Quantile(OverOne):
    """The value along a dimension that a share of the values lies below."""

    q: float = parameter(
        0.5, minimum=0.0, maximum=1.0, title="Share", headline=True, help="0.5 is the median"
    )


@layer(
    "Place of the maximum", category=CATEGORY, target="torch.argmax", icon="mdi6.map-marker-up",
    call="function", ranks=[3, 4, 5], differentiable=False, also_called=("argmax", "predict"),
    formula="the i of the largest xᵢ", used_in="The class that is answered.",
)  # fmt: skip
class ArgMax(OverOne):
    """Where the largest value along a dimension stands, as a whole number. It passes no gradient
    on."""


@layer(
    "Place of the minimum", category=CATEGORY, target="torch.argmin", icon="mdi6.map-marker-down",
    call="function", ranks=[3, 4, 5], differentiable=False, also_called=("argmin", "nearest"),
    formula="the i of the smallest xᵢ", used_in="The nearest entry of a codebook.",
)  # fmt: skip
class ArgMin(OverOne):
    """Where the smallest value along a dimension stands, as a whole number. It passes no gradient
    on."""


@layer(
    "Largest values", category=CATEGORY, target="torch.topk", icon="mdi6.podium", call="function",
    outputs=("values", "indices"), picks=[(0,), (1,)], also_called=("topk", "k-max"),
    formula="the k largest, in falling order", used_in="k-max pooling; mixtures of experts.",
)  # fmt: skip
class TopK:
    """The largest values along a dimension, and where they stood."""

    k: int = parameter(3, minimum=1, title="Number", headline=True, help="how many are kept")
    dim: int = parameter(-1, minimum=-4, maximum=4, title="Dimension", help="along which")


@layer(
    "Sort", category=CATEGORY, target="torch.sort", icon="mdi6.sort-ascending", call="function",
    outputs=("values", "indices"), picks=[(0,), (1,)], formula="x₁ ≤ x₂ ≤ …",
    used_in="Order statistics; sets without an order.",
)  # fmt: skip
class Sort:
    """Sorts the values along a dimension, and tells where each stood."""

    dim: int = parameter(-1, minimum=-4, maximum=4, title="Dimension", help="along which")
    descending: bool = parameter(False, headline=True, help="the largest comes first")
