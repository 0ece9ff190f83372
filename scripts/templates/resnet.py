"""ResNet, ResNeXt and Wide ResNet; and residual networks for small images."""

from __future__ import annotations

from typing import Any

from scripts.templates.drawing import Drawing, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import SMOOTHED, Template

FAMILY = "ResNet"
PAPER = (
    "He, Zhang, Ren and Sun, 2015: Deep residual learning for image recognition, arXiv 1512.03385"
)
ABOUT = (
    "New in it: each block adds what it has learned to what it was given, so that the gradient "
    "reaches every layer and networks can be made as deep as one likes."
)
SMALL = "Given an image below 64 pixels, the stem keeps its size, as in the paper's CIFAR networks."

# The first copy in a stage takes the step; the others see what it gave.
STEP = "=stride if index == 0 else 1"


def basic_block() -> Drawing:
    d = Drawing(
        "BasicBlock",
        "Two 3×3 convolutions, and the input added to what they give",
        channels=stated(64, "output channels"),
        stride=stated(1, "step of the first copy's first convolution"),
    )
    d.input(64, 56, 56, name="x")
    d.conv("conv1", "=channels", stride=STEP)
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    d.conv("conv2", "=channels")
    d.add("BatchNorm2d", "bn2")
    return _add_shortcut(d, "=channels", "in_channels == channels")


def bottleneck(widening: int = 1, groups: int = 1) -> Drawing:
    """`widening` and `groups` are the defaults: ResNeXt and Wide ResNet change no more."""
    d = Drawing(
        "Bottleneck",
        "1×1 down, 3×3, 1×1 up to four times the channels, and the input added",
        channels=stated(64, "channels of the stage; its output has four times as many"),
        stride=stated(1, "step of the first copy's 3×3 convolution"),
        widening=stated(widening, "the 3×3 convolution has so many times the channels"),
        groups=stated(groups, "the 3×3 convolution is split into so many"),
    )
    d.input(64, 56, 56, name="x")
    d.conv("conv1", "=channels * widening", kernel=1)
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    d.conv("conv2", "=channels * widening", stride=STEP, groups="=groups")
    d.add("BatchNorm2d", "bn2")
    d.add("ReLU", "relu2")
    d.conv("conv3", "=channels * 4", kernel=1)
    d.add("BatchNorm2d", "bn3")
    return _add_shortcut(d, "=channels * 4", "in_channels == channels * 4")


def _add_shortcut(d: Drawing, channels: str, same: str) -> Drawing:
    """The input, through a 1×1 convolution where its shape differs, is added; ReLU."""
    branch = d.last
    keeps = f"={same} and (stride == 1 or index > 0)"
    d.conv("downsample", channels, kernel=1, stride=STEP, after="x", bypass=keeps)
    d.add("BatchNorm2d", "downsample_bn", bypass=keeps)
    d.add("Add", "add", after=[branch, "downsample_bn"])
    d.add("ReLU", "relu")
    d.output("y")
    return d


def residual_network(block: str, depths: tuple[int, ...], classes: int = 1000) -> Drawing:
    """The paper's table 1: a stem, four stages of repeated blocks, a classifier."""
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 64, kernel=7, stride="=stem_stride")
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu")
    d.add("MaxPool2d", "maxpool", kernel_size=3, stride=2, padding=1, bypass="=stem_stride == 1")
    for stage, depth in enumerate(depths, 1):
        channels, stride = 64 * 2 ** (stage - 1), 1 if stage == 1 else 2
        d.use(block, f"layer{stage}", channels=channels, stride=stride, repeat=depth)
    d.pool_and_classify(classes)
    return d


def small_residual_network(
    shape: tuple[int, ...], widths: tuple[int, ...], depth: int, classes: int
) -> Drawing:
    """The paper's CIFAR network: a 3×3 stem, stages of the same depth."""
    d = Drawing()
    d.input(*shape)
    d.conv("conv1", widths[0])
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu")
    for stage, channels in enumerate(widths, 1):
        stride = 1 if stage == 1 else 2
        d.use("BasicBlock", f"layer{stage}", channels=channels, stride=stride, repeat=depth)
    d.pool_and_classify(classes)
    return d


def _large(name: str, title: str, line: str, year: int, main: Drawing, block: Drawing,
           about: str = ABOUT, paper: str = PAPER) -> Template:  # fmt: skip
    return Template(name, title, FAMILY, year, line, f"{about} {SMALL}", paper, main, [block])


def templates() -> list[Template]:
    found = []
    lines: dict[int, tuple[str, Any, tuple[int, ...]]] = {
        18: ("the shallowest of the paper, and the usual first choice", basic_block, (2, 2, 2, 2)),
        34: ("basic blocks, as deep as they are used", basic_block, (3, 4, 6, 3)),
        50: ("bottleneck blocks; what others are compared with", bottleneck, (3, 4, 6, 3)),
        101: ("twenty-three blocks in its third stage", bottleneck, (3, 4, 23, 3)),
        152: ("the network that won ImageNet 2015", bottleneck, (3, 8, 36, 3)),
    }
    for depth, (line, block, depths) in lines.items():
        made = block()
        main = residual_network(made.name, depths)
        found.append(_large(f"resnet{depth}", f"ResNet-{depth}", f"ResNet-{depth}: {line}",
                            2015, main, made))  # fmt: skip
    found.append(
        _large(
            "resnext50_32x4d", "ResNeXt-50 32×4d",
            "ResNeXt-50: the 3×3 convolutions split into 32 groups", 2016,
            residual_network("Bottleneck", (3, 4, 6, 3)), bottleneck(widening=2, groups=32),
            "New in it: cardinality. Many narrow paths side by side, a grouped convolution, are "
            "worth more than the same cost spent on depth or width.",
            "Xie, Girshick, Dollár, Tu and He, 2016: Aggregated residual transformations for deep "
            "neural networks, arXiv 1611.05431",
        )
    )  # fmt: skip
    found.append(
        _large(
            "wide_resnet50_2", "Wide ResNet-50-2",
            "Wide ResNet-50-2: the 3×3 convolutions twice as wide", 2016,
            residual_network("Bottleneck", (3, 4, 6, 3)), bottleneck(widening=2),
            "New in it: width instead of depth. A wider, shallower network is as accurate and "
            "faster to train.",
            "Zagoruyko and Komodakis, 2016: Wide residual networks, arXiv 1605.07146",
        )
    )  # fmt: skip
    return found


def shapes_small() -> Template:
    """Drawn layer by layer, without blocks, so that all of it can be watched while it learns."""
    d = Drawing()
    d.input(3, 64, 64)
    _conv_norm_relu(d, "1", 16, 2)
    for number, channels, stride in ((2, 16, 1), (3, 32, 2), (4, 64, 2)):
        start = d.last
        _conv_norm_relu(d, f"{number}a", channels, stride)
        d.conv(f"conv{number}b", channels)
        branch = d.add("BatchNorm2d", f"bn{number}b")
        if stride != 1:
            d.conv(f"skip{number}", channels, kernel=1, stride=stride, after=start)
            start = d.add("BatchNorm2d", f"bn{number}skip")
        d.add("Add", f"add{number}", after=[branch, start])
        d.add("ReLU", f"relu{number}b")
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=6)
    d.output()
    return Template(
        "shapes_small", "Shapes sample", "First networks", 2015,
        "The sample: a small residual network that tells six shapes apart",
        "Each block adds to what it was given, so that gradients reach every layer.", PAPER,
        d, training={"epochs": 10, "learning_rate": 3e-3},
    )  # fmt: skip


def _conv_norm_relu(d: Drawing, number: str, channels: int, stride: int) -> None:
    d.conv(f"conv{number}", channels, stride=stride)
    d.add("BatchNorm2d", f"bn{number}")
    d.add("ReLU", f"relu{number}")


def resnet_digits() -> Template:
    return Template(
        "resnet_digits", "ResNet for digits", "Small networks", 2015,
        "A residual network for digits: two blocks, trained in seconds",
        "The same block as in ResNet-18, at the size of a handwritten digit.", PAPER,
        small_residual_network((1, 16, 16), (16, 32), 1, 10), [basic_block()],
        dataset="digits", training={"epochs": 10, "learning_rate": 3e-3, **SMOOTHED},
    )  # fmt: skip


def resnet20_cifar() -> Template:
    return Template(
        "resnet20_cifar", "ResNet-20 for CIFAR", "Small networks", 2015,
        "ResNet-20 for 32×32 images: the paper's CIFAR network",
        "Three stages of three blocks, 16, 32 and 64 channels wide. Where the shape changes, the "
        "shortcut is a 1×1 convolution (the paper's option B). Set for shapes of 32 pixels; "
        "choose CIFAR-10 in the data to train on that.", PAPER,
        small_residual_network((3, 32, 32), (16, 32, 64), 3, 10), [basic_block()],
        options={"classes": 10}, training={"epochs": 12, "learning_rate": 3e-3},
    )  # fmt: skip
