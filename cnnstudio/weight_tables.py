"""What the command line prints of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cnnstudio.tables import percent, print_table

if TYPE_CHECKING:
    from cnnstudio.training.histograms import Histogram, Series


MOST_ROWS = 64  # of filters; --json has all


def print_filters(told: dict[str, Any]) -> None:
    """Each filter's numbers, and how to read the picture."""
    rows = [
        [
            str(one["unit"]),
            *(f"{one[name]:.3g}" for name in ("norm", "mean", "std", "low", "high")),
            percent(one["near_zero"]),
            f"{one['nearest']} ({one['cosine']:.2f})" if one["nearest"] is not None else "",
        ]
        for one in told["filters"][:MOST_ROWS]
    ]
    head = ["Filter", "Norm", "Mean", "Deviation", "Lowest", "Highest", "Near 0", "Most alike"]
    print(f"{told['layer']} ({told['kind']}), {told['parameter']}: {_size(told['shape'])}")
    print_table(head, rows, head)
    if len(told["filters"]) > MOST_ROWS:
        print(f"… and {len(told['filters']) - MOST_ROWS} more")
    if told["note"]:
        print(told["note"])


def print_history(told: dict[str, Any]) -> None:
    """How far a filter went since the beginning, moment by moment."""
    rows = [
        [f"{one['step']:,}", _known(one["change"], percent), _known(one["cosine"], "{:.3f}".format)]
        for one in told["moments"]
    ]
    print(f"{told['layer']}, filter {told['unit']}")
    head = ["Step", "Changed", "Cosine to the first"]
    print_table(head, rows, head)


def _known(value: float | None, text: Any) -> str:
    return "–" if value is None else text(value)


def _size(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def print_histograms(found: Sequence[Series]) -> None:
    """For each tensor the ends of its values at the first and the newest moment."""
    rows = [
        [
            one.node,
            f"{one.kind} · {one.parameter}" if one.parameter else one.kind,
            str(len(one.moments)),
            f"{one.moments[0].step:,}",
            _ends(one.moments[0]),
            f"{one.moments[-1].step:,}",
            _ends(one.moments[-1]),
        ]
        for one in found
    ]
    head = ["Layer", "What", "Moments", "First step", "from … to", "Last step", "from … to"]
    print_table(head, rows, ["Moments", "First step", "Last step"])


def _ends(one: Histogram) -> str:
    lost = f", {one.not_finite} no numbers" if one.not_finite else ""
    return f"{one.low:.3g} … {one.high:.3g}{lost}"
