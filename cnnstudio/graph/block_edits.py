"""Edits of a project's networks as wholes: its blocks come, go, and change their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnnstudio.graph.edit import BaseEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import BLOCK_PREFIX, BlockParameter, Network, Project

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit


class AddNetwork(BaseEdit):
    """Adds a block to the project, as its last one or at `place` among its networks."""

    type: Literal["add_network"] = "add_network"
    network: Network
    place: int | None = Field(default=None, ge=1)

    @property
    def label(self) -> str:
        return f"Add block {self.network.name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        if any(other.name == self.network.name for other in project.networks):
            raise ProblemError(f"The project already has a network named '{self.network.name}'.")
        networks = list(project.networks)
        networks.insert(len(networks) if self.place is None else self.place, self.network)
        changed = project.model_copy(update={"networks": tuple(networks)})
        return changed, RemoveNetwork(name=self.network.name)


class RemoveNetwork(BaseEdit):
    """Takes a block out of the project. Nodes that stand for it stay, and say what is missing."""

    type: Literal["remove_network"] = "remove_network"
    name: str

    @property
    def label(self) -> str:
        return f"Delete block {self.name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        network = _block(project, self.name)
        place = project.networks.index(network)
        kept = tuple(other for other in project.networks if other.name != self.name)
        return (
            project.model_copy(update={"networks": kept}),
            AddNetwork(network=network, place=place),
        )


class ChangeNetwork(BaseEdit):
    """Sets a network's parameters and description."""

    type: Literal["change_network"] = "change_network"
    name: str
    parameters: tuple[BlockParameter, ...]
    description: str

    @property
    def label(self) -> str:
        return f"Change the parameters of {self.name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        old = project.network_named(self.name)
        inverse = ChangeNetwork(
            name=self.name, parameters=old.parameters, description=old.description
        )
        changed = old.changed(parameters=self.parameters, description=self.description)
        return project.with_network(changed), inverse


class RenameNetwork(BaseEdit):
    """Gives a block another name; the nodes that stand for it follow."""

    type: Literal["rename_network"] = "rename_network"
    name: str
    new_name: str = Field(min_length=1)

    @property
    def label(self) -> str:
        return f"Rename block to {self.new_name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        _block(project, self.name)
        taken = any(other.name == self.new_name for other in project.networks)
        old_kind, new_kind = (f"{BLOCK_PREFIX}{name}" for name in (self.name, self.new_name))
        # Nodes that name a block which does not exist would become uses of this one.
        orphans = any(node.kind == new_kind for net in project.networks for node in net.nodes)
        if taken or orphans:
            raise ProblemError(f"The name '{self.new_name}' is taken already.")
        networks = []
        for network in project.networks:
            changed = network
            if any(node.kind == old_kind for node in network.nodes):
                changed = network.replace(
                    nodes=(
                        node.model_copy(update={"kind": new_kind})
                        if node.kind == old_kind
                        else node
                        for node in network.nodes
                    )
                )
            if changed.name == self.name:
                changed = changed.changed(name=self.new_name)
            networks.append(changed)
        return (
            project.model_copy(update={"networks": tuple(networks)}),
            RenameNetwork(name=self.new_name, new_name=self.name),
        )


def _block(project: Project, name: str) -> Network:
    found = project.block(name)
    if found is None:
        raise ProblemError(f"The project has no block named '{name}'.")
    return found
