"""The network as SVG, as it stands on the canvas; laid out anew where it was never placed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from cnnstudio.graph import Network, Project
from cnnstudio.graph.expressions import is_expression
from cnnstudio.graph.layout import arranged
from cnnstudio.layers.colors import CATEGORY_COLORS
from cnnstudio.layers.lookup import kind_of

Point = tuple[float, float]
CARD = (200.0, 56.0)
MARGIN = 16.0
MOST_NODES = 400


def network_svg(project: Project, shapes: Mapping[str, list[int] | None]) -> str:
    """The main network; `shapes` of nodes by name stand on their cards."""
    network = project.network
    if not network.nodes:
        return "<p>The network is empty.</p>"
    if len(network.nodes) > MOST_NODES:
        return f"<p>{len(network.nodes)} layers are too many to draw here.</p>"
    places = _places(network)
    left = min(x for x, _ in places.values()) - MARGIN
    top = min(y for _, y in places.values()) - MARGIN
    width = max(x for x, _ in places.values()) + CARD[0] + MARGIN - left
    height = max(y for _, y in places.values()) + CARD[1] + MARGIN - top
    wires = "".join(
        _wire(places[edge.source], places[edge.target])
        for edge in network.edges
        if edge.source in places and edge.target in places
    )
    cards = "".join(_card(project, network, id, places[id], shapes) for id in network.by_id)
    return (
        f"<div class='network'><svg width='{width:.0f}' "
        f"viewBox='{left:.0f} {top:.0f} {width:.0f} {height:.0f}' role='img' "
        f"aria-label='The network: {len(network.nodes)} layers'>{wires}{cards}</svg></div>"
    )


def _places(network: Network) -> dict[str, Point]:
    """Where the cards stand, their columns closed up to this drawing's height."""
    return dict(arranged(network, dict.fromkeys(network.by_id, CARD)).positions)


def _card(
    project: Project, network: Network, id: str, place: Point,
    shapes: Mapping[str, list[int] | None],
) -> str:  # fmt: skip
    node, (x, y) = network.by_id[id], place
    kind = kind_of(project, node.kind)
    category = "" if kind is None else kind.category
    color = CATEGORY_COLORS.get(category, CATEGORY_COLORS["Input and output"])
    plain = {k: v for k, v in node.parameters.items() if not is_expression(v)}
    detail = kind.summary(plain) if kind is not None else ""
    shape = shapes.get(node.name)
    told = "×".join(map(str, shape)) if shape else ""
    faded = " opacity='0.5'" if node.bypass is True else ""
    return (
        f"<g{faded}><rect class='card' x='{x:.0f}' y='{y:.0f}' width='{CARD[0]:.0f}' "
        f"height='{CARD[1]:.0f}' rx='8'/><rect x='{x:.0f}' y='{y + 8:.0f}' width='4' "
        f"height='{CARD[1] - 16:.0f}' fill='{color}'/>"
        f"<text class='strong' x='{x + 14:.0f}' y='{y + 22:.0f}'>{_cut(node.name, 18)}</text>"
        f"<text x='{x + CARD[0] - 10:.0f}' y='{y + 22:.0f}' text-anchor='end'>{escape(told)}</text>"
        f"<text x='{x + 14:.0f}' y='{y + 42:.0f}'>"
        f"{_cut(' · '.join(filter(None, [node.short_kind, detail])), 30)}</text></g>"
    )


def _wire(source: Point, target: Point) -> str:
    x1, y1 = source[0] + CARD[0] / 2, source[1] + CARD[1]
    x2, y2 = target[0] + CARD[0] / 2, target[1]
    bend = max(20.0, (y2 - y1) / 2)
    return (
        f"<path class='wire' d='M{x1:.0f} {y1:.0f} C{x1:.0f} {y1 + bend:.0f} "
        f"{x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}'/>"
    )


def _cut(text: str, length: int) -> str:
    return escape(text if len(text) <= length else f"{text[: length - 1]}…")
