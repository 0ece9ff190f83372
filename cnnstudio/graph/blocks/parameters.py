"""A block's own parameters: added, renamed with all that reads them, taken out."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from cnnstudio.graph.block_edits import ChangeNetwork
from cnnstudio.graph.blocks.uses import uses_of
from cnnstudio.graph.edits import Edit, Group, SetBypass, SetParameter
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.expressions import GIVEN, names_within, substitute
from cnnstudio.graph.model import BlockParameter, Network, Project

FUNCTIONS = ("min", "max", "round", "int", "abs")


def check_parameter_name(network: Network, name: str, own: str | None = None) -> str:
    """The name, stripped; ProblemError if expressions can't use it or another has it."""
    name = name.strip()
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        raise ProblemError(
            f"'{name}' can't be a parameter's name.",
            hint="Use the letters a to z, digits and _, starting with a letter.",
        )
    if name in GIVEN or name in FUNCTIONS:
        raise ProblemError(f"'{name}' has a meaning of its own in expressions.")
    if name != own and any(parameter.name == name for parameter in network.parameters):
        raise ProblemError(f"The block already has a parameter '{name}'.")
    return name


def readers_of(network: Network, name: str) -> list[str]:
    """Names of what reads a parameter: nodes, and other parameters' defaults."""
    found = [
        node.name
        for node in network.nodes
        if any(name in names_within(v) for v in (*node.parameters.values(), node.bypass))
    ]
    return found + [p.name for p in network.parameters if name in names_within(p.default)]


def add_parameter(network: Network, parameter: BlockParameter) -> ChangeNetwork:
    """Adds a parameter behind the others."""
    check_parameter_name(network, parameter.name)
    return _changed(network, (*network.parameters, parameter))


def change_parameter(network: Network, name: str, changes: Mapping[str, Any]) -> ChangeNetwork:
    """Sets a parameter's default, range, choices or help."""
    parameters = [
        BlockParameter.model_validate({**old.model_dump(), **changes}) if old.name == name else old
        for old in network.parameters
    ]
    return _changed(network, tuple(parameters))


def remove_parameter(project: Project, network_name: str, name: str) -> Group:
    """Takes a parameter out, with the values that nodes give it; ProblemError if it is read."""
    network = project.network_named(network_name)
    readers = readers_of(network, name)
    if readers:
        raise ProblemError(
            f"'{name}' is read by {', '.join(readers[:4])}{' …' if len(readers) > 4 else ''}.",
            hint="Give them values of their own before.",
        )
    edits: list[Edit] = [
        SetParameter(network=use.network, node_id=use.node_id, name=name, unset=True)
        for use in uses_of(project, network_name)
        if name in project.network_named(use.network).node(use.node_id).parameters
    ]
    kept = tuple(parameter for parameter in network.parameters if parameter.name != name)
    return Group(text=f"Delete parameter {name}", edits=(*edits, _changed(network, kept)))


def rename_parameter(project: Project, network_name: str, name: str, new_name: str) -> Group:
    """Renames a parameter; expressions in the block and the block's uses follow."""
    network = project.network_named(network_name)
    new_name = check_parameter_name(network, new_name, own=name)
    put = {name: f"={new_name}"}
    parameters = tuple(
        old.model_copy(
            update={
                "name": new_name if old.name == name else old.name,
                "default": substitute(old.default, put),
            }
        )
        for old in network.parameters
    )
    edits: list[Edit] = [_changed(network, parameters)]
    for node in network.nodes:
        for key, value in node.parameters.items():
            if name in names_within(value):
                edits.append(
                    SetParameter(
                        network=network.name, node_id=node.id, name=key,
                        value=substitute(value, put),
                    )
                )  # fmt: skip
        if name in names_within(node.bypass):
            bypass = substitute(node.bypass, put)
            edits.append(SetBypass(network=network.name, node_id=node.id, bypass=bypass))
    for use in uses_of(project, network_name):
        given = project.network_named(use.network).node(use.node_id).parameters
        if name in given:
            place = {"network": use.network, "node_id": use.node_id}
            edits.append(SetParameter(**place, name=name, unset=True))
            edits.append(SetParameter(**place, name=new_name, value=given[name]))
    return Group(text=f"Rename parameter to {new_name}", edits=tuple(edits))


def lift_parameter(
    project: Project, network_name: str, node_id: str, key: str, value: Any, name: str | None = None
) -> Group:
    """Makes a node's parameter one of the block's: the field then reads it.

    `value` is what the field holds now; it becomes the default.
    """
    network = project.network_named(network_name)
    base, number = name or key, 1
    wish = base
    while wish in {p.name for p in network.parameters} or wish in (*GIVEN, *FUNCTIONS):
        number += 1
        wish = f"{base}{number}"
    parameter = BlockParameter(name=check_parameter_name(network, wish), default=value)
    return Group(
        text=f"Make {wish} a parameter of {network.name}",
        edits=(
            add_parameter(network, parameter),
            SetParameter(network=network_name, node_id=node_id, name=key, value=f"={wish}"),
        ),
    )


def _changed(network: Network, parameters: tuple[BlockParameter, ...]) -> ChangeNetwork:
    return ChangeNetwork(name=network.name, parameters=parameters, description=network.description)
