"""DenseNet."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, slider, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import Template

DEPTHS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}


def dense_layer() -> Drawing:
    d = Drawing(
        "DenseLayer", "Computes a few new maps and puts them beside those it was given",
        growth=stated(32, "new maps (the paper's k)"),
    )  # fmt: skip
    d.input(64, 56, 56, name="x")
    d.add("BatchNorm2d", "norm1")
    d.add("ReLU", "relu1")
    d.conv("conv1", "=growth * 4", 1)
    d.add("BatchNorm2d", "norm2")
    d.add("ReLU", "relu2")
    d.conv("conv2", "=growth")
    d.add("Concatenate", "cat", after=["x", "conv2"])
    d.output("y")
    return d


def transition() -> Drawing:
    d = Drawing("Transition", "Halves the channels and the image")
    d.input(256, 56, 56, name="x")
    d.add("BatchNorm2d", "norm")
    d.add("ReLU", "relu")
    d.conv("conv", "=in_channels // 2", 1)
    d.add("AvgPool2d", "pool")
    d.output("y")
    return d


def densenet(depth: int) -> Template:
    d = Drawing(
        growth=slider(32, 4, 128, "new maps of each layer (the paper's k)"),
        stem_stride=STEM_STRIDE,
    )
    d.input(3, 224, 224)
    d.conv("conv0", 64, 7, "=stem_stride")
    d.add("BatchNorm2d", "norm0")
    d.add("ReLU", "relu0")
    d.add("MaxPool2d", "pool0", kernel_size=3, stride=2, padding=1, bypass="=stem_stride == 1")
    for stage, repeat in enumerate(DEPTHS[depth], 1):
        d.use("DenseLayer", f"denseblock{stage}", growth="=growth", repeat=repeat)
        if stage < 4:
            d.use("Transition", f"transition{stage}")
    d.add("BatchNorm2d", "norm5")
    d.add("ReLU", "relu5")
    d.pool_and_classify(1000, "classifier")
    return Template(
        f"densenet{depth}", f"DenseNet-{depth}", "DenseNet", 2016,
        f"DenseNet-{depth}: every layer sees the maps of all layers before it",
        "New in it: maps are put beside one another instead of being added, so that none has to "
        "be learned twice and narrow layers suffice. Given an image below 64 pixels, the stem "
        "keeps its size.",
        "Huang, Liu, van der Maaten and Weinberger, 2016: Densely connected convolutional "
        "networks, arXiv 1608.06993",
        d, [dense_layer(), transition()],
    )  # fmt: skip


def templates() -> list[Template]:
    return [densenet(depth) for depth in DEPTHS]
