"""Ways to lay many numbers out in a plane, each declared once: what forms and help offer.

No torch is needed to read them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from cnnstudio.graph.errors import ExplanationError, ProblemError
from cnnstudio.layers.declaration import Choice, Declaration, parameter, parameters_of

HERE = "cnnstudio.interpret.samples.laying_out."
POOLING = ("mean", "flat")  # of maps: over positions, or all values
METRICS = ("cosine", "euclidean")  # of neighbours in a layer


@dataclass(frozen=True)
class Reduction(Declaration):
    """`target` is a function (values (n, d), progress, **parameters) → Layout; `package` is what
    must be installed besides."""

    cost: str = ""
    package: str = ""

    @property
    def label(self) -> str:
        return self.title

    @property
    def installed(self) -> bool:
        return not self.package or find_spec(self.package) is not None

    def chosen(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters with the defaults; ExplanationError for one that is wrong."""
        try:
            return self.validate(parameters)
        except ProblemError as error:
            raise ExplanationError(error.message, error.hint) from None


reductions: dict[str, Reduction] = {}


def _reduction(kind: str, title: str, **facts: Any) -> Callable[[type], type]:
    def register(cls: type) -> type:
        reductions[kind] = Reduction(
            kind=kind,
            title=title,
            category="Embedding",
            target=HERE + kind,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=parameters_of(cls),
            **facts,
        )
        return cls

    return register


def _seed() -> int:
    made: int = parameter(0, minimum=0, advanced=True, help="another one begins elsewhere")
    return made


def _first() -> int | None:
    made: int | None = parameter(
        50, minimum=2, title="Components first",
        help="PCA to so many components before: faster, and less noise; empty for all values",
    )  # fmt: skip
    return made


@_reduction(
    "pca", "PCA", cost="less than a second", reference="https://doi.org/10.1080/14786440109462720",
    formula="(x − mean) · the directions of most variance",
)  # fmt: skip
class Pca:
    """A flat view from the side from which the samples spread most. Distances are true as far as
    the two directions go: how far is told."""

    across: int = parameter(1, minimum=1, help="component from left to right")
    up: int = parameter(2, minimum=1, help="component from bottom to top")
    seed: int = _seed()


@_reduction(
    "tsne", "t-SNE", cost="seconds for 500 samples, a minute for 5,000",
    reference="https://www.jmlr.org/papers/v9/vandermaaten08a.html",
    formula="min KL(P ‖ Q), P from Gaussian distances in the layer, Q from Student's in the plane",
)  # fmt: skip
class TSne:
    """Keeps near samples near. Groups are real if they stay with other perplexities; their sizes
    and the distances between them mean little."""

    perplexity: float = parameter(
        30.0, minimum=1.0, maximum=500.0,
        help="about how many neighbours each sample has: few for small groups, many for the whole",
    )  # fmt: skip
    steps: int = parameter(1000, minimum=250, maximum=10000, help="of the optimisation")
    components: int | None = _first()
    seed: int = _seed()


@_reduction(
    "umap", "UMAP", package="umap", cost="seconds, the first time half a minute more",
    reference="https://arxiv.org/abs/1802.03426",
    formula="min cross-entropy of two fuzzy graphs of neighbours: the layer's and the plane's",
)  # fmt: skip
class Umap:
    """Keeps near samples near as t-SNE does, and more of how groups lie to each other. Their sizes
    still mean little."""

    neighbours: int = parameter(
        15, minimum=2, maximum=500, help="of each sample: few for detail, many for the whole"
    )
    min_dist: float = parameter(
        0.1, minimum=0.0, maximum=1.0, title="Least distance",
        help="between points: small packs groups tightly",
    )  # fmt: skip
    metric: Choice = parameter(
        "euclidean", choices=("euclidean", "cosine", "manhattan"), help="distance in the layer"
    )
    components: int | None = _first()
    seed: int = _seed()


def reduction_named(kind: str) -> Reduction:
    """The one of this kind. ExplanationError if there is none, or it is not installed."""
    if kind not in reductions:
        close = get_close_matches(kind, reductions, 1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        raise ExplanationError(
            f"There is no way '{kind}' to lay samples out.{meant}",
            f"Choose one of: {', '.join(reductions)}.",
        )
    found = reductions[kind]
    if not found.installed:
        raise ExplanationError(
            f"{found.title} is not installed.",
            f"Install it with: pip install 'cnnstudio[{found.kind}]'.",
        )
    return found
