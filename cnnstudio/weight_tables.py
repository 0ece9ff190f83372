"""What the command line prints of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnstudio.tables import print_table

if TYPE_CHECKING:
    from cnnstudio.training.histograms import Histogram, Series


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
