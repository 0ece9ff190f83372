"""Questions about where a network's nodes stand on the canvas."""

from __future__ import annotations

from cnnstudio.graph import Network
from cnnstudio.graph.layout import Arrangement, Flow, arranged
from cnnstudio.kernel.arguments import network_from


def arrange(
    network: dict[str, object],
    sizes: dict[str, list[float]],
    flow: Flow = "down",
    room: list[float] | None = None,
    shown: dict[str, list[float]] | None = None,
) -> Arrangement:
    """Tidy places for all nodes and frames; see `graph.layout.arranged`.

    `sizes` gives the [width, height] to keep for each card, `shown` what it takes up now.
    """
    found: Network = network_from(network)
    view = (room[0], room[1]) if room else None
    return arranged(found, _pairs(sizes), flow, view, _pairs(shown) if shown else None)


def _pairs(told: dict[str, list[float]]) -> dict[str, tuple[float, float]]:
    return {id: (width, height) for id, (width, height) in told.items()}
