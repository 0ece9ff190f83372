"""The networks to begin with: no convolution, one, three."""

from __future__ import annotations

from scripts.templates.drawing import Drawing
from scripts.templates.template import SMOOTHED, Template

FAMILY = "First networks"


def mlp() -> Template:
    d = Drawing()
    d.input(1, 8, 8)
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=64)
    d.add("ReLU", "relu1")
    d.add("Linear", "fc2", out_features=10)
    d.output("digit")
    return Template(
        "mlp", "Multilayer perceptron", FAMILY, 1986,
        "Multilayer perceptron: no convolution at all, the baseline to beat",
        "Every pixel is wired to every unit: it must learn anew what a stroke is at each place.",
        "Rumelhart, Hinton and Williams, 1986: Learning representations by back-propagating errors",
        d, dataset="digits", training={"epochs": 20, "learning_rate": 2e-3, **SMOOTHED},
    )  # fmt: skip


def lenet5() -> Template:
    d = Drawing()
    d.input(1, 28, 28)
    d.add("Conv2d", "conv1", out_channels=6, kernel_size=5, padding=2)
    d.add("ReLU", "relu1")
    d.add("MaxPool2d", "pool1")
    d.add("Conv2d", "conv2", out_channels=16, kernel_size=5, padding=0)
    d.add("ReLU", "relu2")
    d.add("MaxPool2d", "pool2")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=120)
    d.add("ReLU", "relu3")
    d.add("Linear", "fc2", out_features=84)
    d.add("ReLU", "relu4")
    d.add("Linear", "fc3", out_features=10)
    d.output("digit")
    return Template(
        "lenet5", "LeNet-5", FAMILY, 1998,
        "LeNet-5: the first convolutional network in wide use, with ReLU and max pooling",
        "New in it: convolution, pooling and a classifier, learned together.",
        "LeCun, Bottou, Bengio and Haffner, 1998: Gradient-based learning applied to document "
        "recognition",
        d, dataset="digits", training={"epochs": 20, "learning_rate": 2e-3, **SMOOTHED},
    )  # fmt: skip


def small_cnn() -> Template:
    d = Drawing()
    d.input(3, 64, 64)
    for number, channels in enumerate((16, 32, 64), 1):
        d.add("Conv2d", f"conv{number}", out_channels=channels)
        d.add("ReLU", f"relu{number}")
        d.add("MaxPool2d", f"pool{number}")
    d.add("AdaptiveAvgPool2d", "gap")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=6)
    d.output()
    return Template(
        "small_cnn", "Small CNN", FAMILY, 2016,
        "Three convolutions and global average pooling: takes images of any size",
        "The head averages each feature map, so the class-activation map is exact.",
        "Zhou, Khosla, Lapedriza, Oliva and Torralba, 2016: Learning deep features for "
        "discriminative localization, arXiv 1512.04150",
        d, training={"epochs": 12, "learning_rate": 3e-3},
    )  # fmt: skip


def all_cnn() -> Template:
    d = Drawing()
    d.input(3, 32, 32)
    layers = [(96, 3, 1), (96, 3, 1), (96, 3, 2), (192, 3, 1), (192, 3, 1), (192, 3, 2),
              (192, 3, 1), (192, 1, 1)]  # fmt: skip
    for number, (channels, kernel, stride) in enumerate(layers, 1):
        d.conv(f"conv{number}", channels, kernel, stride, bias=True)
        d.add("ReLU", f"relu{number}")
    d.conv("conv9", 10, 1, bias=True)
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.add("Flatten", "flatten")
    d.output()
    return Template(
        "all_cnn", "All-CNN-C", "Small networks", 2014,
        "All convolutional: no pooling and no linear layer, only convolutions",
        "New in it: a convolution with step 2 does what pooling did, and does it as well. Set for "
        "shapes of 32 pixels; choose CIFAR-10 in the data to train on the paper's.",
        "Springenberg, Dosovitskiy, Brox and Riedmiller, 2014: Striving for simplicity: the all "
        "convolutional net, arXiv 1412.6806",
        d, options={"classes": 10}, training={"epochs": 12},
    )  # fmt: skip
