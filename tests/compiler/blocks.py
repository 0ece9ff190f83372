"""Projects with blocks, drawn for tests."""

from itertools import pairwise
from typing import Any

from cnnstudio.graph import BlockParameter, Network, Project
from tests.compiler.drawn import network

Layer = tuple[Any, ...]


def block(name: str, layers: list[Layer], wires: str, **parameters: Any) -> Network:
    """A block drawn as `network` draws; a layer's `bypass` stands among its parameters."""
    drawn = network([(kind, node, dict(*rest)) for kind, node, *rest in layers], wires).network
    nodes = []
    for node in drawn.nodes:
        values = dict(node.parameters)
        bypass = values.pop("bypass", False)
        nodes.append(node.model_copy(update={"parameters": values, "bypass": bypass}))
    return Network(
        name=name,
        nodes=tuple(nodes),
        edges=drawn.edges,
        parameters=tuple(BlockParameter(name=key, default=d) for key, d in parameters.items()),
    )


BOTTLENECK = block(
    "Bottleneck",
    [
        ("Input", "x", {"shape": [64, 56, 56]}),
        ("Conv2d", "conv1", {"out_channels": "=width", "kernel_size": 1, "padding": 0,
                             "bias": False}),
        ("BatchNorm2d", "bn1"),
        ("ReLU", "relu1"),
        ("Conv2d", "conv2", {"out_channels": "=width", "stride": ["=stride", "=stride"],
                             "padding": 1, "bias": False}),
        ("BatchNorm2d", "bn2"),
        ("ReLU", "relu2"),
        ("Conv2d", "conv3", {"out_channels": "=width * 4", "kernel_size": 1, "padding": 0,
                             "bias": False}),
        ("BatchNorm2d", "bn3"),
        ("Conv2d", "downsample", {"out_channels": "=width * 4", "kernel_size": 1, "padding": 0,
                                  "stride": ["=stride", "=stride"], "bias": False,
                                  "bypass": "=stride == 1 and in_channels == width * 4"}),
        ("BatchNorm2d", "bn", {"bypass": "=stride == 1 and in_channels == width * 4"}),
        ("Add", "add"),
        ("ReLU", "relu"),
        ("Output", "y"),
    ],
    "x>conv1 conv1>bn1 bn1>relu1 relu1>conv2 conv2>bn2 bn2>relu2 relu2>conv3 conv3>bn3 bn3>add:0 "
    "x>downsample downsample>bn bn>add:1 add>relu relu>y",
    width=64,
    stride=1,
)  # fmt: skip


def resnet(depths: tuple[int, ...], classes: int = 1000) -> Project:
    """A ResNet of bottlenecks; each stage is its first block and a repeated one."""
    layers: list[Any] = [
        ("Input", "image", {"shape": [3, 224, 224]}),
        ("Conv2d", "conv1", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3,
                             "bias": False}),
        ("BatchNorm2d", "bn1"),
        ("ReLU", "relu"),
        ("MaxPool2d", "maxpool", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ]  # fmt: skip
    for stage, depth in enumerate(depths):
        width, stride = 64 * 2**stage, 1 if stage == 0 else 2
        layers.append(("block:Bottleneck", f"first{stage}", {"width": width, "stride": stride}))
        layers.append(("block:Bottleneck", f"rest{stage}", {"width": width, "repeat": depth - 1}))
    layers += [
        ("AdaptiveAvgPool2d", "gap"),
        ("Flatten", "flatten"),
        ("Linear", "fc", {"out_features": classes}),
        ("Output", "out"),
    ]
    wires = " ".join(f"{a[1]}>{b[1]}" for a, b in pairwise(layers))
    main = network(layers, wires)
    return main.model_copy(update={"networks": (main.network, BOTTLENECK)})
