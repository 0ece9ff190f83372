"""U-Net."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, slider, stated
from scripts.templates.template import LARGE, Template

LEVELS = 4
STEP = 256.0  # from one level to the next, on the canvas
ROW = 128.0


def double_conv() -> Drawing:
    d = Drawing("DoubleConv", "Two 3×3 convolutions, each with ReLU",
                channels=stated(64, "output channels"))  # fmt: skip
    d.input(64, 64, 64, name="x")
    d.conv("conv1", "=channels", bias=True)
    d.add("ReLU", "relu1")
    d.conv("conv2", "=channels", bias=True)
    d.add("ReLU", "relu2")
    d.output("y")
    return d


def up() -> Drawing:
    d = Drawing("Up", "Doubles the image, puts the skipped maps beside it, convolves twice",
                channels=stated(64, "output channels"))  # fmt: skip
    # In the order of their names: the maps from across enter at the left.
    d.input(64, 64, 64, name="across")
    d.input(128, 32, 32, name="below")
    d.add("ConvTranspose2d", "upconv", after="below", out_channels="=channels")
    d.add("ResizeLike", "fit", after=["upconv", "across"])
    d.add("Concatenate", "cat", after=["across", "fit"])
    d.use("DoubleConv", "conv", channels="=channels")
    d.output("y")
    return d


def _as_the_paper_draws_it() -> dict[str, tuple[float, float]]:
    """A U that lies on its side: each level a step to the right, the way down above the way up,
    so that what is handed across goes straight."""
    column = {"image": 0, "classify": 0, "mask": 0, "bottom": LEVELS}
    order = ["image"]
    for level in range(LEVELS):
        order += [f"down{level + 1}", f"pool{level + 1}"]
        column |= {
            f"down{level + 1}": level,
            f"pool{level + 1}": level + 1,
            f"up{level + 1}": level,
        }
    order.append("bottom")
    order += [f"up{level + 1}" for level in reversed(range(LEVELS))]
    order += ["classify", "mask"]
    return {name: (column[name] * STEP, row * ROW) for row, name in enumerate(order)}


def unet() -> Template:
    d = Drawing(width=slider(64, 4, 256, "channels of the first level; doubled at each below it"))
    d.input(1, 256, 256)
    for level in range(LEVELS):
        d.use("DoubleConv", f"down{level + 1}", channels=f"=width * {2**level}")
        d.add("MaxPool2d", f"pool{level + 1}")
    d.use("DoubleConv", "bottom", channels="=width * 16")
    for level in reversed(range(LEVELS)):
        d.use("Up", f"up{level + 1}", after=[f"down{level + 1}", d.last],
              channels=f"=width * {2**level}")  # fmt: skip
    d.conv("classify", 2, 1, bias=True)
    d.output("mask")
    d.places = _as_the_paper_draws_it()
    return Template(
        "unet", "U-Net", "Segmentation", 2015,
        "U-Net: a class for each pixel, down to see the whole and up again with all details",
        "New in it: each level on the way up is given the maps of the same level on the way down. "
        "The convolutions are padded, so that the mask is as large as the image (the paper's are "
        "not, and crop).",
        "Ronneberger, Fischer and Brox, 2015: U-Net: convolutional networks for biomedical image "
        "segmentation, arXiv 1505.04597",
        d, [double_conv(), up()], dataset="digits", training=LARGE | {"batch_size": 4},
    )  # fmt: skip


def templates() -> list[Template]:
    return [unet()]
