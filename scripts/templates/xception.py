"""Xception."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, stated
from scripts.templates.template import LARGE, Template


def separable() -> Drawing:
    d = Drawing(
        "SeparableConv", "Depthwise separable convolution, batch normalisation",
        channels=stated(728, "output channels"),
    )  # fmt: skip
    d.input(728, 19, 19, name="x")
    d.depthwise("depthwise")
    d.conv("pointwise", "=channels", 1)
    d.add("BatchNorm2d", "bn", eps=0.001)
    d.output("y")
    return d


def halving() -> Drawing:
    d = Drawing(
        "HalvingBlock", "Two separable convolutions and pooling, beside a strided 1×1 convolution",
        inner=stated(128, "channels between the two convolutions"),
        channels=stated(128, "output channels"),
        first_relu=stated(True, "whether it begins with a ReLU; not where the stem ends with one"),
    )  # fmt: skip
    d.input(64, 147, 147, name="x")
    d.add("ReLU", "relu1", bypass="=not first_relu")
    d.use("SeparableConv", "sepconv1", channels="=inner")
    d.add("ReLU", "relu2")
    d.use("SeparableConv", "sepconv2", channels="=channels")
    branch = d.add("MaxPool2d", "pool", kernel_size=3, stride=2, padding=1)
    d.conv("shortcut", "=channels", 1, 2, after="x")
    d.add("BatchNorm2d", "shortcut_bn", eps=0.001)
    d.add("Add", "add", after=[branch, "shortcut_bn"])
    d.output("y")
    return d


def middle() -> Drawing:
    d = Drawing("MiddleBlock", "Three separable convolutions, and the input added",
                channels=stated(728, "channels in and out"))  # fmt: skip
    d.input(728, 19, 19, name="x")
    for number in (1, 2, 3):
        d.add("ReLU", f"relu{number}")
        d.use("SeparableConv", f"sepconv{number}", channels="=channels")
    d.add("Add", "add", after=["sepconv3", "x"])
    d.output("y")
    return d


def xception() -> Template:
    d = Drawing()
    d.input(3, 299, 299)
    d.conv("conv1", 32, 3, 2, padding=0)
    d.add("BatchNorm2d", "bn1", eps=0.001)
    d.add("ReLU", "relu1")
    d.conv("conv2", 64, 3, padding=0)
    d.add("BatchNorm2d", "bn2", eps=0.001)
    d.add("ReLU", "relu2")
    d.use("HalvingBlock", "entry1", inner=128, channels=128, first_relu=False)
    d.use("HalvingBlock", "entry2", inner=256, channels=256)
    d.use("HalvingBlock", "entry3", inner=728, channels=728)
    d.use("MiddleBlock", "middle", channels=728, repeat=8)
    d.use("HalvingBlock", "exit1", inner=728, channels=1024)
    d.use("SeparableConv", "sepconv3", channels=1536)
    d.add("ReLU", "relu3")
    d.use("SeparableConv", "sepconv4", channels=2048)
    d.add("ReLU", "relu4")
    d.pool_and_classify(1000)
    return Template(
        "xception", "Xception", "Inception", 2016,
        "Xception: Inception taken to its end, depthwise separable convolutions",
        "New in it: a filter for each channel and then 1×1 convolutions that mix them, in residual "
        "blocks: the extreme of Inception's branches. Strided layers pad both sides alike.",
        "Chollet, 2016: Xception: deep learning with depthwise separable convolutions, "
        "arXiv 1610.02357",
        d, [halving(), middle(), separable()], training=LARGE | {"batch_size": 8},
    )  # fmt: skip
