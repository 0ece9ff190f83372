"""An edit that makes a node stand for something else and leaves its wires as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnnstudio.graph.edit import NetworkEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import Network

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit


class SetKind(NetworkEdit):
    """Changes a node's kind; its name, parameters and wires stay."""

    type: Literal["set_kind"] = "set_kind"
    node_id: str
    kind: str = Field(min_length=1)

    @property
    def label(self) -> str:
        return f"Change the kind of {self.node_id}"

    def change(self, network: Network) -> tuple[Network, Edit]:
        node = network.by_id.get(self.node_id)
        if node is None:
            raise ProblemError(f"The network has no node with the id '{self.node_id}'.")
        inverse = SetKind(network=self.network, node_id=node.id, kind=node.kind)
        changed = node.model_copy(update={"kind": self.kind})
        return (
            network.replace(nodes=(changed if n.id == node.id else n for n in network.nodes)),
            inverse,
        )
