"""Which nodes of a network a search finds. Plain Python.

Only the network that is shown is searched. What lies inside blocks is to be found here as well:
`matches` is the one place that says what a search goes through.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnstudio.graph import Network, Node
from cnnstudio.layers import LayerKind


def matches(network: Network, text: str, kind_of: Callable[[str], LayerKind | None]) -> list[str]:
    """Ids of the nodes whose name, kind or the kind's title holds all the words, as wires lead.

    Names that begin with the text come before the others. Without a text, nothing is found.
    """
    words = text.casefold().split()
    if not words:
        return []
    order = {id: index for index, id in enumerate(network.topological())}
    found = []
    for node in network.nodes:
        said = _said(node, kind_of)
        if all(word in said for word in words):
            late = not node.name.casefold().startswith(text.casefold())
            found.append((late, order.get(node.id, len(order)), node.id))
    return [id for _, _, id in sorted(found)]


def _said(node: Node, kind_of: Callable[[str], LayerKind | None]) -> str:
    layer = kind_of(node.kind)
    title = layer.title if layer else ""
    return f"{node.name}\n{node.kind}\n{title}".casefold()
