"""Networks as the papers draw them, flat, to be laid out."""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.graph import Edge, Network, Node


class Drawing:
    """Adds nodes one after the other; `add` returns the new node's id."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []

    def add(self, kind: str, *inputs: str) -> str:
        id = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(Node(id=id, kind=kind, name=id))
        self._edges += [
            Edge(source=source, target=id, target_port=port) for port, source in enumerate(inputs)
        ]
        return id

    def convolution(self, x: str) -> str:
        return self.add("ReLU", self.add("BatchNorm2d", self.add("Conv2d", x)))

    @property
    def network(self) -> Network:
        return Network(nodes=tuple(self._nodes), edges=tuple(self._edges))


def resnet(blocks: Sequence[int]) -> Network:
    """Bottleneck blocks; the first of each stage has a convolution on its shortcut."""
    d = Drawing()
    x = d.add("MaxPool2d", d.convolution(d.add("Input")))
    for count in blocks:
        for index in range(count):
            y = d.add("BatchNorm2d", d.add("Conv2d", d.convolution(d.convolution(x))))
            shortcut = x if index else d.add("BatchNorm2d", d.add("Conv2d", x))
            x = d.add("ReLU", d.add("Add", y, shortcut))
    d.add("Output", d.add("Linear", d.add("Flatten", d.add("AdaptiveAvgPool2d", x))))
    return d.network


def inception(modules: int) -> Network:
    """Modules of four branches, with two auxiliary heads."""
    d = Drawing()
    x = d.convolution(d.add("Input"))
    for index in range(modules):
        x = d.add(
            "Concat",
            d.convolution(x),
            d.convolution(d.convolution(x)),
            d.convolution(d.convolution(d.convolution(x))),
            d.convolution(d.add("MaxPool2d", x)),
        )
        if index in (2, 4):
            d.add("Output", d.add("Linear", d.convolution(d.add("AvgPool2d", x))))
    d.add("Output", d.add("Linear", d.add("AdaptiveAvgPool2d", x)))
    return d.network


def unet(depth: int) -> Network:
    """Each skip leads from the way down to the way up, to the second port."""
    d = Drawing()
    x, skips = d.add("Input"), []
    for _ in range(depth):
        x = d.convolution(d.convolution(x))
        skips.append(x)
        x = d.add("MaxPool2d", x)
    x = d.convolution(d.convolution(x))
    for _ in range(depth):
        x = d.add("Concat", d.add("ConvTranspose2d", x), skips.pop())
        x = d.convolution(d.convolution(x))
    d.add("Output", d.add("Conv2d", x))
    return d.network


def densenet(blocks: Sequence[int]) -> Network:
    """Each layer of a block takes what all before it gave."""
    d = Drawing()
    x = d.add("MaxPool2d", d.convolution(d.add("Input")))
    for count in blocks:
        given = [x]
        for _ in range(count):
            y = d.add("Concat", *given) if len(given) > 1 else x
            y = d.add("Conv2d", d.add("ReLU", d.add("BatchNorm2d", y)))
            given.append(d.add("Conv2d", d.add("ReLU", d.add("BatchNorm2d", y))))
        x = d.add("Concat", *given)
        x = d.add("AvgPool2d", d.add("Conv2d", d.add("ReLU", d.add("BatchNorm2d", x))))
    d.add("Output", d.add("Linear", d.add("AdaptiveAvgPool2d", x)))
    return d.network
