"""All datasets that a project can name, in the order in which they are offered. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cnnstudio.data.dataset import (
    BUILT_IN,
    TORCHVISION,
    YOUR_IMAGES,
    Dataset,
    dataset,
    registered,
)
from cnnstudio.graph import DataSettings
from cnnstudio.layers.declaration import Choice, parameter

DOCS = "https://docs.pytorch.org/vision/stable/generated/torchvision.datasets."
ROOT = "folder that holds the files or will; the user's data folder if empty"


@dataset(
    "shapes", "Coloured shapes", category=BUILT_IN, target="cnnstudio.data.shapes.find",
    icon="mdi6.shape", channels=3, classes="classes", generated=True,
    used_in="First steps with colour images; judging heatmaps against the true outline.",
)  # fmt: skip
class Shapes:
    """Drawn images of one coloured shape each, anywhere, in any size and turn, on a textured
    background whose colours tell nothing about the class. Each has the shape's true box and mask,
    so that a heatmap can be judged."""

    count: int = parameter(
        3000, minimum=20, maximum=200_000, title="Images", headline=True, help="how many are drawn"
    )
    classes: int = parameter(
        6, minimum=2, maximum=10, headline=True, help="how many kinds of shape, circle first"
    )
    size: int = parameter(
        64, minimum=16, maximum=512, title="Image size", help="width and height, in pixels"
    )
    background: Choice = parameter(
        "textured",
        choices=("plain", "textured", "cluttered"),
        help="what is behind the shape: one colour, a pattern, or a pattern with scraps on it",
    )
    seed: int = parameter(
        0, minimum=0, maximum=2**31 - 1, advanced=True, help="another seed, other images"
    )
    shortcut: float = parameter(
        0.0,
        minimum=0.0,
        maximum=1.0,
        title="Planted shortcut",
        advanced=True,
        help="share of images with a mark in the corner whose colour gives the class away",
    )


@dataset(
    "digits", "Handwritten digits", category=BUILT_IN, target="cnnstudio.data.digits.find",
    icon="mdi6.numeric", channels=1, classes=10, used_in="A first network: it trains in seconds.",
    reference="https://archive.ics.uci.edu/dataset/80",
)  # fmt: skip
class Digits:
    """1,797 digits written by hand, 8×8 pixels, grey: the test part of the UCI handwritten digits,
    as scikit-learn ships it."""


@dataset(
    "folder", "Folder of images", category=YOUR_IMAGES, target="cnnstudio.data.folder.find",
    icon="mdi6.folder-image", channels=0, used_in="Your own images.",
)  # fmt: skip
class Folder:
    """Images in one folder a class. The class folders may lie in folders named train, validation
    and test; otherwise the images are split by the shares set here. Images that can't be read are
    named and left out."""

    path: str = parameter("", title="Folder", headline=True, help="the folder of class folders")


class Torchvision:
    root: str = parameter("", title="Kept in", advanced=True, help=ROOT)
    download: bool = parameter(
        True, advanced=True, title="Download", help="fetches the files if they are not there"
    )


@dataset(
    "MNIST", "MNIST", category=TORCHVISION, target="cnnstudio.data.torchvision_sets.find_mnist",
    icon="mdi6.numeric", channels=1, classes=10, downloads=True,
    used_in="The classic first benchmark.", reference=DOCS + "MNIST.html",
)  # fmt: skip
class MNIST(Torchvision):
    """70,000 handwritten digits, 28×28 pixels, grey; 10,000 of them are the test set. 12 MB."""


@dataset(
    "FashionMNIST", "Fashion-MNIST", category=TORCHVISION,
    target="cnnstudio.data.torchvision_sets.find_fashion_mnist", icon="mdi6.tshirt-crew",
    channels=1, classes=10, downloads=True, used_in="A harder MNIST of the same form.",
    reference=DOCS + "FashionMNIST.html",
)  # fmt: skip
class FashionMNIST(Torchvision):
    """70,000 pictures of clothes in ten kinds, 28×28 pixels, grey; 10,000 of them are the test
    set. 31 MB."""


@dataset(
    "KMNIST", "Kuzushiji-MNIST", category=TORCHVISION,
    target="cnnstudio.data.torchvision_sets.find_kmnist", icon="mdi6.ideogram-cjk-variant",
    channels=1, classes=10, downloads=True, used_in="A harder MNIST of the same form.",
    reference=DOCS + "KMNIST.html",
)  # fmt: skip
class KMNIST(Torchvision):
    """70,000 cursive Japanese characters in ten classes, 28×28 pixels, grey; 10,000 of them are
    the test set. 21 MB."""


@dataset(
    "CIFAR10", "CIFAR-10", category=TORCHVISION,
    target="cnnstudio.data.torchvision_sets.find_cifar10", icon="mdi6.airplane",
    channels=3, classes=10, downloads=True, used_in="The standard small benchmark in colour.",
    reference=DOCS + "CIFAR10.html",
)  # fmt: skip
class CIFAR10(Torchvision):
    """60,000 photographs of animals and vehicles in ten classes, 32×32 pixels; 10,000 of them are
    the test set. 170 MB."""


@dataset(
    "CIFAR100", "CIFAR-100", category=TORCHVISION,
    target="cnnstudio.data.torchvision_sets.find_cifar100", icon="mdi6.flower",
    channels=3, classes=100, downloads=True, used_in="Many classes with few images each.",
    reference=DOCS + "CIFAR100.html",
)  # fmt: skip
class CIFAR100(Torchvision):
    """60,000 photographs in a hundred classes, 32×32 pixels; 10,000 of them are the test set.
    169 MB."""


@dataset(
    "SVHN", "Street View house numbers", category=TORCHVISION,
    target="cnnstudio.data.torchvision_sets.find_svhn", icon="mdi6.home-outline",
    channels=3, classes=10, downloads=True,
    used_in="Digits in the wild, with neighbours at their sides.",
    reference=DOCS + "SVHN.html",
)  # fmt: skip
class SVHN(Torchvision):
    """99,289 digits cut from photographs of house numbers, 32×32 pixels; 26,032 of them are the
    test set. 246 MB."""


datasets: Mapping[str, Dataset] = MappingProxyType(registered)


def names_other_images(data: DataSettings, setting: str) -> bool:
    """Whether after a change of this setting (`dataset`, `options.seed`) the keys of what is left
    out or relabelled would name other images: those of another dataset, or drawn anew."""
    declared = datasets.get(data.dataset)
    of_options = setting.partition(".")[0] == "options"
    return setting == "dataset" or (of_options and declared is not None and declared.generated)
