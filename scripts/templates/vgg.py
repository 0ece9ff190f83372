"""AlexNet and VGG; and small networks in VGG's manner."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import LARGE, SMOOTHED, Template

FAMILY = "AlexNet and VGG"
PAPER = (
    "Simonyan and Zisserman, 2014: Very deep convolutional networks for large-scale image "
    "recognition, arXiv 1409.1556"
)
ABOUT = (
    "New in it: nothing but 3×3 convolutions. Two see as far as one 5×5, with fewer weights and "
    "one more non-linearity."
)
SMALL = "Given an image below 64 pixels, the first pooling is left out."
DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
# Without normalisation, large steps end in a network that gives the same for every image.
CAREFUL = LARGE | {"learning_rate": 1e-4}


def alexnet() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE.model_copy(update={
        "default": 4, "help": "step of the first convolution; 1 keeps the size of a small image",
    }))  # fmt: skip
    d.input(3, 224, 224)
    d.conv("conv1", 64, 11, "=stem_stride", padding=2, bias=True)
    d.add("ReLU", "relu1")
    d.add("MaxPool2d", "pool1", kernel_size=3, stride=2)
    d.conv("conv2", 192, 5, bias=True)
    d.add("ReLU", "relu2")
    d.add("MaxPool2d", "pool2", kernel_size=3, stride=2)
    for number, channels in ((3, 384), (4, 256), (5, 256)):
        d.conv(f"conv{number}", channels, bias=True)
        d.add("ReLU", f"relu{number}")
    d.add("MaxPool2d", "pool5", kernel_size=3, stride=2)
    d.add("AdaptiveAvgPool2d", "avgpool", output_size=6)
    d.add("Flatten", "flatten")
    for number in (6, 7):
        d.add("Dropout", f"drop{number}")
        d.add("Linear", f"fc{number}", out_features=4096)
        d.add("ReLU", f"relu{number}")
    d.add("Linear", "fc8", out_features=1000)
    d.output()
    return Template(
        "alexnet", "AlexNet", FAMILY, 2012,
        "AlexNet: the network with which deep learning took over vision",
        "New in it: ReLU, dropout and training on graphics cards, at a scale nobody had tried. "
        "This is the one-column form of 2014, without local response normalisation. Given an "
        "image below 64 pixels, the first convolution goes in steps of 1.",
        "Krizhevsky, Sutskever and Hinton, 2012: ImageNet classification with deep convolutional "
        "neural networks; Krizhevsky, 2014, arXiv 1404.5997",
        d, training=CAREFUL,
    )  # fmt: skip


def conv_relu(normalised: bool) -> Drawing:
    what = "batch normalisation, ReLU" if normalised else "ReLU"
    d = Drawing("ConvReLU", f"3×3 convolution, {what}", channels=stated(64, "output channels"))
    d.input(64, 224, 224, name="x")
    # The bias is of no use before normalisation; the published weights have it all the same.
    d.conv("conv", "=channels", bias=True)
    if normalised:
        d.add("BatchNorm2d", "bn")
    d.add("ReLU", "relu")
    d.output("y")
    return d


def vgg(depth: int, normalised: bool) -> Template:
    d = Drawing(stem_stride=STEM_STRIDE.model_copy(update={
        "maximum": 2, "help": "step of the first pooling; 1 leaves it out, for small images",
    }))  # fmt: skip
    d.input(3, 224, 224)
    for stage, repeat in enumerate(DEPTHS[depth], 1):
        channels = min(512, 64 * 2 ** (stage - 1))
        d.use("ConvReLU", f"conv{stage}", channels=channels, repeat=repeat)
        d.add("MaxPool2d", f"pool{stage}", bypass="=stem_stride == 1" if stage == 1 else False)
    d.add("AdaptiveAvgPool2d", "avgpool", output_size=7)
    d.add("Flatten", "flatten")
    for number in (6, 7):
        d.add("Linear", f"fc{number}", out_features=4096)
        d.add("ReLU", f"relu{number}")
        d.add("Dropout", f"drop{number}")
    d.add("Linear", "fc8", out_features=1000)
    d.output()
    title = f"VGG-{depth}" + (" BN" if normalised else "")
    line = f"{title}: {depth} layers with weights, 3×3 convolutions in five stages"
    if normalised:
        line = f"{title}: VGG-{depth} with batch normalisation, far easier to train"
    return Template(
        f"vgg{depth}" + ("_bn" if normalised else ""), title, FAMILY, 2014, line,
        f"{ABOUT} {SMALL}", PAPER, d, [conv_relu(normalised)],
        training=LARGE if normalised else CAREFUL,
    )  # fmt: skip


def conv_norm_relu() -> Drawing:
    d = Drawing(
        "ConvNormReLU", "3×3 convolution, batch normalisation, ReLU",
        channels=stated(16, "output channels"),
    )  # fmt: skip
    d.input(16, 32, 32, name="x")
    d.conv("conv", "=channels")
    d.add("BatchNorm2d", "bn")
    d.add("ReLU", "relu")
    d.output("y")
    return d


def small_vgg(
    shape: tuple[int, ...], widths: tuple[int, ...], hidden: int, classes: int
) -> Drawing:
    d = Drawing()
    d.input(*shape)
    for stage, channels in enumerate(widths, 1):
        d.use("ConvNormReLU", f"conv{stage}", channels=channels, repeat=2)
        d.add("MaxPool2d", f"pool{stage}")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=hidden)
    d.add("ReLU", "relu")
    d.add("Dropout", "drop")
    d.add("Linear", "fc2", out_features=classes)
    d.output()
    return d


def vgg_small() -> Template:
    return Template(
        "vgg_small", "Small VGG", "Small networks", 2014,
        "A small VGG with batch normalisation: 3×3 convolutions in pairs, then pooling",
        "Two 3×3 convolutions see as far as one 5×5, with fewer weights and one more "
        "non-linearity.", PAPER,
        small_vgg((3, 64, 64), (16, 32, 64), 128, 6), [conv_norm_relu()], training={"epochs": 12},
    )  # fmt: skip


def vgg_digits() -> Template:
    return Template(
        "vgg_digits", "VGG for digits", "Small networks", 2014,
        "A VGG for digits: two pairs of 3×3 convolutions",
        "VGG's manner, at the size of a handwritten digit.", PAPER,
        small_vgg((1, 16, 16), (16, 32), 64, 10), [conv_norm_relu()],
        dataset="digits", training={"epochs": 10, "learning_rate": 2e-3, **SMOOTHED},
    )  # fmt: skip


def vgg_cifar() -> Template:
    return Template(
        "vgg_cifar", "VGG for CIFAR", "Small networks", 2014,
        "A VGG for 32×32 images: three pairs of convolutions, half a million weights",
        "VGG's manner, narrow enough for a laptop. Set for shapes of 32 pixels; choose CIFAR-10 in "
        "the data to train on that.", PAPER,
        small_vgg((3, 32, 32), (32, 64, 128), 128, 10), [conv_norm_relu()],
        options={"classes": 10}, training={"epochs": 12},
    )  # fmt: skip


def templates() -> list[Template]:
    return [alexnet(), *(vgg(depth, bn) for depth in DEPTHS for bn in (False, True))]
