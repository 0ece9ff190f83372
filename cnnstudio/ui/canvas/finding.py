"""Which nodes of a project a search finds: in the main network and inside of blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from cnnstudio.graph import Network, Node, Project
from cnnstudio.layers import LayerKind
from cnnstudio.ui.place import Place

MOST_WAYS = 2000  # into blocks: nested ones can be reached in more ways than anybody looks through
INWARDS = " › "

KindOf = Callable[[str], LayerKind | None]


@dataclass(frozen=True)
class Match:
    """A node that was found, the place where it is, and how a list says that.

    `begins` where the node's name begins with what was searched.
    """

    place: Place
    node_id: str
    text: str
    begins: bool

    @property
    def key(self) -> tuple[str | None, tuple[str, ...], str]:
        """What stays the same whichever copy of a block is looked at."""
        return (*_way(self.place), self.node_id)

    def is_at(self, place: Place) -> bool:
        """Whether the node is in the network that is shown at this place."""
        return _way(self.place) == _way(place)


def find(project: Project, shown: Place, text: str, kind_of: KindOf) -> list[Match]:
    """The nodes that match, those whose names begin so first, then by the way inwards.

    A block that is used several times is gone through at each use. Copies that a repeat makes
    are one. The order doesn't depend on the place that is shown.
    """
    if not text.strip():
        return []
    found: dict[str, list[str]] = {}
    matching = []
    for place in _places(project, shown):
        network = place.network(project)
        if network.name not in found:
            found[network.name] = matches(network, text, kind_of)
        if found[network.name]:
            before = _said_way(project, place)
            matching += [
                _match(place, network.node(id), before, text) for id in found[network.name]
            ]
    return sorted(matching, key=lambda match: not match.begins)


def matches(network: Network, text: str, kind_of: KindOf) -> list[str]:
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
            found.append((not _begins(node, text), order.get(node.id, len(order)), node.id))
    return [id for _, _, id in sorted(found)]


def _match(place: Place, node: Node, before: list[str], text: str) -> Match:
    return Match(place, node.id, INWARDS.join((*before, node.name)), _begins(node, text))


def _begins(node: Node, text: str) -> bool:
    return node.name.casefold().startswith(text.strip().casefold())


def _places(project: Project, shown: Place) -> list[Place]:
    """Every use of every block, from the outside inwards; then the blocks that nothing uses."""
    places = list(islice(_inwards(project), MOST_WAYS))
    reached = {place.network(project).name for place in places}
    places += [
        Place(alone=network.name) for network in project.networks if network.name not in reached
    ]
    if _way(shown) not in map(_way, places):
        places.append(shown)
    return places


def _inwards(project: Project) -> Iterator[Place]:
    waiting = [(Place(), project.network, {project.network.name})]
    while waiting:
        further = []
        for place, network, around in waiting:
            yield place
            for node in network.nodes:
                inner = project.block(node.block) if node.block else None
                # A damaged file may hold a block that contains itself.
                if inner is not None and inner.name not in around:
                    further.append((place.into(node.id), inner, {*around, inner.name}))
        waiting = further


def _way(place: Place) -> tuple[str | None, tuple[str, ...]]:
    return place.alone, tuple(step.node_id for step in place.steps)


def _said_way(project: Project, place: Place) -> list[str]:
    """The nodes that lead to a place, and the block that is there."""
    if place.is_main:
        return []
    return [*(node.name for node in place.nodes(project)), place.network(project).name]


def _said(node: Node, kind_of: KindOf) -> str:
    layer = kind_of(node.kind)
    title = layer.title if layer else ""
    return f"{node.name}\n{node.kind}\n{title}".casefold()
