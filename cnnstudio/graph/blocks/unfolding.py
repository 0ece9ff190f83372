"""A repeated node gives way to a node for each of its copies."""

from __future__ import annotations

from cnnstudio.graph.blocks.dissolving import block_node, names_read, taken_outside
from cnnstudio.graph.blocks.making import unused
from cnnstudio.graph.blocks.places import GAP, box_of, make_room
from cnnstudio.graph.edits import Edit, Group, Move, Paste, RemoveNode
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.layout import Flow
from cnnstudio.graph.model import Edge, Node, Project


def unfold(project: Project, network_name: str, node_id: str, flow: Flow = "down") -> Group:
    """Puts a node for each copy in the place of a repeated one.

    Raises ProblemError for a node that isn't repeated, shares weights, or whose copies differ by
    their number.
    """
    network, node, block, copies = block_node(project, network_name, node_id)
    if "repeat" not in node.parameters or copies < 1:
        raise ProblemError(
            f"'{node.name}' is not repeated.", node=node.name, hint="It is one copy already."
        )
    named = names_read(block) & {"index", "repeat"}
    if named and copies > 1:
        raise ProblemError(
            f"The copies of '{node.name}' differ by {' and '.join(sorted(named))}.",
            node=node.name,
            hint="Dissolve it instead.",
        )
    ids, names = taken_outside(network, node)
    along = 1 if flow == "down" else 0
    step = (128.0 + GAP) if flow == "down" else 200.0 + 96.0
    parameters = {key: value for key, value in node.parameters.items() if key != "repeat"}
    made: list[Node] = []
    for index in range(copies):
        place = list(node.position)
        place[along] += index * step
        base = f"{node.name}_{index}" if copies > 1 else node.name
        copy = node.model_copy(
            update={
                "id": unused(base, ids),
                "name": unused(base, names),
                "parameters": parameters,
                "position": (place[0], place[1]),
            }
        )
        made.append(copy)
    edges: list[Edge] = []
    for index, copy in enumerate(made):
        for edge in network.incoming(node.id):
            if edge.target_port == 0 and index > 0:
                continue
            edges.append(edge.model_copy(update={"target": copy.id}))
        if index > 0:
            edges.append(Edge(source=made[index - 1].id, target=copy.id))
    edges += [edge.model_copy(update={"source": made[-1].id}) for edge in network.outgoing(node.id)]
    edits: list[Edit] = [RemoveNode(network=network.name, node_id=node.id)]
    places = make_room(network, {node.id}, box_of([node]), box_of(made), flow)
    if places:
        edits.append(Move(network=network.name, positions=places))
    edits.append(Paste(network=network.name, nodes=tuple(made), edges=tuple(edges)))
    return Group(text=f"Unfold {node.name}", edits=tuple(edits))
