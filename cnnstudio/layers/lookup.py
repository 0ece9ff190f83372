"""The kind that a node's `kind` names: of the catalogue, a block, or of somebody's own code."""

from __future__ import annotations

from typing import Any

from cnnstudio.graph import Network, Project
from cnnstudio.graph.expressions import is_expression
from cnnstudio.graph.model import BLOCK_PREFIX, BlockParameter
from cnnstudio.layers.catalogue import catalogue
from cnnstudio.layers.declaration import Parameter, ParameterType
from cnnstudio.layers.kind import LayerKind
from cnnstudio.layers.own.lookup import is_own, own_kind

BLOCK_CATEGORY = "Blocks"
MOST_REPEATS = 1000

REPEAT = Parameter(
    name="repeat",
    title="Repeat",
    type="int",
    default=1,
    minimum=0,
    maximum=MOST_REPEATS,
    help="so many copies, one behind the other, each with its own weights; 0 leaves it out",
)


def kind_of(project: Project, name: str) -> LayerKind | None:
    """The kind of this name in a project; None if it is not known here."""
    if is_own(name):
        return own_kind(project, name)
    if not name.startswith(BLOCK_PREFIX):
        return catalogue.get(name)
    network = project.block(name.removeprefix(BLOCK_PREFIX))
    return None if network is None else block_kind(network)


def block_kind(network: Network) -> LayerKind:
    """The kind of the nodes that stand for this network."""
    inputs = tuple(node.name for node in network.nodes if node.kind == "Input")
    outputs = tuple(node.name for node in network.nodes if node.kind == "Output")
    return LayerKind(
        kind=f"{BLOCK_PREFIX}{network.name}",
        title=network.name,
        category=BLOCK_CATEGORY,
        target="",
        doc=network.description,
        parameters=(*map(_declared, network.parameters), REPEAT),
        icon="mdi6.cube-outline",
        call="block",
        inputs=inputs,
        outputs=outputs,
    )


def _declared(parameter: BlockParameter) -> Parameter:
    return Parameter(
        name=parameter.name,
        title=parameter.name.replace("_", " ").capitalize(),
        type=_type(parameter),
        default=parameter.default,
        help=parameter.help or f"used by the block's layers as {parameter.name}",
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        choices=parameter.choices,
        # Whether it may be left empty is for the layers to say that read it.
        optional=True,
        headline=not isinstance(parameter.default, bool),
    )


def _type(parameter: BlockParameter) -> ParameterType:
    default: Any = parameter.default
    if parameter.choices:
        return "choice"
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, int) or is_expression(default):
        return "int"
    if isinstance(default, float):
        return "float"
    return "ints" if isinstance(default, list | tuple) else "text"
