"""Draws a network or a block in a few lines: nodes in order, wires from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.graph import BlockParameter, Edge, Network, Node
from cnnstudio.graph.layout import arrange
from cnnstudio.layers import catalogue
from cnnstudio.layers.declaration import ParameterType

# With the thumbnails, which come with the first run.
CARD_SIZE = (200.0, 128.0)
INPUT_SIZE = (200.0, 160.0)
ROOM = (744.0, 720.0)  # of the canvas in a window of 1440×900
SIZED: tuple[ParameterType, ...] = ("size",)


class Drawing:
    """A network being drawn: `add` continues from the last node, or from those named.

    A source is a node's name, with `:1` for its second output. Further arguments of a block are its
    parameters: a default, or a whole `BlockParameter` where it needs limits.
    """

    def __init__(self, name: str = "main", description: str = "", **parameters: Any) -> None:
        self.name = name
        self.description = description
        self.parameters = [_parameter(key, value) for key, value in parameters.items()]
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.last = ""
        # Where the nodes stand, if the paper's figure is better than the automatic layout.
        self.places: dict[str, tuple[float, float]] | None = None

    def add(
        self,
        kind: str,
        name: str,
        after: str | Sequence[str] | None = None,
        bypass: bool | str = False,
        **parameters: Any,
    ) -> str:
        """Adds a node behind `after` (the last one, if left out) and returns its name."""
        values = {key: _value(kind, key, value) for key, value in parameters.items()}
        self.nodes.append(Node(id=name, kind=kind, name=name, parameters=values, bypass=bypass))
        if after is None:
            after = [self.last] if self.last else []
        for port, source in enumerate([after] if isinstance(after, str) else after):
            node, _, output = source.partition(":")
            self.edges.append(
                Edge(source=node, source_port=int(output or 0), target=name, target_port=port)
            )
        self.last = name
        return name

    def use(
        self, block: str, name: str, after: str | Sequence[str] | None = None, **parameters: Any
    ) -> str:
        """Adds a node that stands for a block."""
        return self.add(f"block:{block}", name, after, **parameters)

    def input(self, *shape: int, name: str = "image") -> str:
        return self.add("Input", name, after=[], shape=list(shape))

    def output(self, name: str = "label", after: str | None = None) -> str:
        return self.add("Output", name, after)

    def conv(
        self, name: str, channels: int | str, kernel: int | str = 3, stride: int | str = 1,
        padding: int | None = None, after: str | None = None, **parameters: Any,
    ) -> str:  # fmt: skip
        """A convolution without bias (normalisation follows) that keeps the size at stride 1."""
        if padding is None:
            around: Any = kernel // 2 if isinstance(kernel, int) else f"{kernel} // 2"
        else:
            around = padding
        given = {"out_channels": channels, "kernel_size": kernel, "stride": stride}
        given |= {"padding": around, "bias": False}
        return self.add("Conv2d", name, after, **(given | parameters))

    def depthwise(
        self, name: str, kernel: int | str = 3, stride: int | str = 1, **parameters: Any
    ) -> str:
        """A depthwise convolution without bias that keeps the size at stride 1."""
        around = kernel // 2 if isinstance(kernel, int) else f"{kernel} // 2"
        given = {"kernel_size": kernel, "stride": stride, "padding": around, "bias": False}
        return self.add("DepthwiseConv2d", name, **(given | parameters))

    def pool_and_classify(self, classes: int, name: str = "fc", dropout: float = 0.0) -> str:
        """Global average pooling and one linear layer."""
        self.add("AdaptiveAvgPool2d", "avgpool")
        self.add("Flatten", "flatten")
        if dropout:
            self.add("Dropout", "dropout", p=dropout)
        self.add("Linear", name, out_features=classes)
        return self.output()

    def network(self) -> Network:
        """The network, with a place for each node."""
        network = Network(
            name=self.name,
            description=self.description,
            parameters=tuple(self.parameters),
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
        )
        places = self.places or arrange(network, _size, room=ROOM)
        return network.replace(
            nodes=[n.model_copy(update={"position": places[n.id]}) for n in network.nodes]
        )


def slider(default: float, minimum: float, maximum: float, help: str) -> BlockParameter:
    """A parameter of a block with limits; its name is given where it is declared."""
    return BlockParameter(name="?", default=default, minimum=minimum, maximum=maximum, help=help)


def stated(default: Any, help: str) -> BlockParameter:
    """A parameter of a block with a line of help."""
    return BlockParameter(name="?", default=default, minimum=_least(default), help=help)


def _least(default: Any) -> float | None:
    return 1 if isinstance(default, int) and not isinstance(default, bool) else None


def _parameter(name: str, value: Any) -> BlockParameter:
    declared = value if isinstance(value, BlockParameter) else stated(value, "")
    return declared.model_copy(update={"name": name})


def _value(kind: str, name: str, value: Any) -> Any:
    """A size of one number is written out, so that cards show 3×3."""
    known = {p.name: p for p in catalogue[kind].parameters} if kind in catalogue else {}
    is_one = not isinstance(value, list | tuple)
    if name in known and known[name].type in SIZED and is_one and value is not None:
        plain_name = isinstance(value, str) and value.startswith("=") and value[1:].isidentifier()
        if not isinstance(value, str) or (value.startswith("=") and not plain_name):
            return [value] * known[name].rank
    return value


def _size(node: Node) -> tuple[float, float]:
    return INPUT_SIZE if node.kind == "Input" else CARD_SIZE
