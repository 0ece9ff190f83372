"""Two networks side by side: what differs in size and cost, over all and by layer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from cnnstudio.compiler.report import NodeCost, Report
from cnnstudio.graph import Network


class Row(BaseModel):
    """A node of either network; None where it is missing in one."""

    model_config = ConfigDict(frozen=True)

    name: str
    kinds: tuple[str | None, str | None]
    shapes: tuple[list[int] | None, list[int] | None]
    costs: tuple[NodeCost | None, NodeCost | None]

    @property
    def differs(self) -> bool:
        pairs = (self.kinds, self.shapes, self.costs)
        return any(one != other for one, other in pairs)


class Comparison(BaseModel):
    """`totals` are (first, second) by what is counted; `rows` follow the first network's order,
    with those of the second alone where they stand in it."""

    model_config = ConfigDict(frozen=True)

    totals: dict[str, tuple[int, int]]
    rows: list[Row]


COUNTED = ("parameters", "macs", "activation_bytes", "inference_bytes", "training_bytes")


def compare(first: tuple[Network, Report], second: tuple[Network, Report]) -> Comparison:
    """Matches the top-level nodes of two checked networks by name."""
    networks, reports = (first[0], second[0]), (first[1], second[1])
    names = _merged(_order(networks[0]), _order(networks[1]))
    rows = []
    for name in names:
        nodes = [network.find(name) for network in networks]
        rows.append(
            Row(
                name=name,
                kinds=tuple(node.kind if node else None for node in nodes),
                shapes=tuple(report.shapes.get(name) for report in reports),
                costs=tuple(report.nodes.get(name) for report in reports),
            )
        )
    totals = {name: (getattr(reports[0], name), getattr(reports[1], name)) for name in COUNTED}
    layers = tuple(len(network.nodes) for network in networks)
    return Comparison(totals={"layers": layers, **totals}, rows=rows)


def _order(network: Network) -> list[str]:
    order = [network.node(id).name for id in network.topological()]
    return order + [node.name for node in network.nodes if node.name not in order]


def _merged(first: list[str], second: list[str]) -> list[str]:
    """All names once; those of the second alone come behind the one they follow there."""
    merged = list(first)
    place = 0
    for name in second:
        if name in merged:
            place = merged.index(name) + 1
        else:
            merged.insert(place, name)
            place += 1
    return merged
