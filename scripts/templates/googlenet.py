"""GoogLeNet and Inception v3, with their auxiliary classifiers."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, slider, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import LARGE, Template

FAMILY = "Inception"


def basic_conv() -> Drawing:
    """Named as torchvision names it."""
    d = Drawing(
        "BasicConv2d", "Convolution, batch normalisation, ReLU",
        channels=stated(64, "output channels"),
        kernel=stated([1, 1], "height and width of each filter"),
        stride=stated(1, "step between two places of the filter"),
        padding=stated([0, 0], "pixels added above and below, left and right"),
    )  # fmt: skip
    d.input(192, 28, 28, name="x")
    d.add(
        "Conv2d", "conv", out_channels="=channels", kernel_size="=kernel", stride="=stride",
        padding="=padding", bias=False,
    )  # fmt: skip
    d.add("BatchNorm2d", "bn", eps=0.001)
    d.add("ReLU", "relu")
    d.output("y")
    return d


def basic(d: Drawing, name: str, channels: int | str, kernel: int | tuple[int, int] = 1,
          after: str | None = None, padded: bool = True, stride: int | str = 1) -> str:  # fmt: skip
    """A BasicConv2d; it keeps the size unless it is not padded."""
    height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
    given = {"channels": channels, "kernel": [height, width], "stride": stride}
    if padded and (height > 1 or width > 1):
        given["padding"] = [height // 2, width // 2]
    return d.use("BasicConv2d", name, after, **given)


def inception_v1() -> Drawing:
    d = Drawing(
        "Inception", "Four branches side by side: 1×1, 3×3, 5×5 and pooling",
        conv1x1=stated(64, "channels of the 1×1 branch"),
        reduce3x3=stated(96, "channels before the 3×3 convolution"),
        conv3x3=stated(128, "channels of the 3×3 branch"),
        reduce5x5=stated(16, "channels before the 5×5 convolution"),
        conv5x5=stated(32, "channels of the 5×5 branch"),
        pool_proj=stated(32, "channels of the pooling branch"),
        large_kernel=stated(3, "filter of the 5×5 branch: 5 in the paper, 3 in torchvision"),
    )  # fmt: skip
    d.input(192, 28, 28, name="x")
    basic(d, "conv1x1", "=conv1x1", after="x")
    basic(d, "reduce3x3", "=reduce3x3", after="x")
    basic(d, "conv3x3", "=conv3x3", 3)
    basic(d, "reduce5x5", "=reduce5x5", after="x")
    d.use(
        "BasicConv2d", "conv5x5", channels="=conv5x5", kernel=["=large_kernel", "=large_kernel"],
        padding=["=large_kernel // 2", "=large_kernel // 2"],
    )  # fmt: skip
    d.add("MaxPool2d", "pool", after="x", kernel_size=3, stride=1, padding=1, ceil_mode=True)
    basic(d, "pool_proj", "=pool_proj")
    d.add("Concatenate", "cat", after=["conv1x1", "conv3x3", "conv5x5", "pool_proj"])
    d.output("y")
    return d


def auxiliary_v1() -> Drawing:
    d = Drawing(
        "Auxiliary", "A classifier halfway: it brings the gradient to the layers before it",
        classes=stated(1000, "classes to tell apart"),
    )  # fmt: skip
    d.input(512, 14, 14, name="x")
    d.add("AdaptiveAvgPool2d", "avgpool", output_size=4)
    basic(d, "conv", 128)
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=1024)
    d.add("ReLU", "relu")
    d.add("Dropout", "dropout", p=0.7)
    d.add("Linear", "fc2", out_features="=classes")
    d.output("y")
    return d


# The paper's table 1: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pooling.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
BRANCHES = ("conv1x1", "reduce3x3", "conv3x3", "reduce5x5", "conv5x5", "pool_proj")


def googlenet() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    basic(d, "conv1", 64, 7, stride="=stem_stride")
    d.add("MaxPool2d", "maxpool1", kernel_size=3, stride=2, ceil_mode=True,
          bypass="=stem_stride == 1")  # fmt: skip
    basic(d, "conv2", 64)
    basic(d, "conv3", 192, 3)
    d.add("MaxPool2d", "maxpool2", kernel_size=3, stride=2, ceil_mode=True)
    for place, widths in MODULES.items():
        if place == "4a":
            d.add("MaxPool2d", "maxpool3", kernel_size=3, stride=2, ceil_mode=True)
        if place == "5a":
            d.add("MaxPool2d", "maxpool4", kernel_size=2, stride=2, ceil_mode=True)
        given = dict(zip(BRANCHES, widths, strict=True))
        d.use("Inception", f"inception{place}", **given)
    d.pool_and_classify(1000, dropout=0.2)
    for number, place in ((1, "4a"), (2, "4d")):
        d.use("Auxiliary", f"aux{number}", after=f"inception{place}", classes=1000)
        d.output(f"label_aux{number}")
    return Template(
        "googlenet", "GoogLeNet", FAMILY, 2014,
        "GoogLeNet: Inception modules with branches of several sizes, and two helpers",
        "New in it: 1×1, 3×3, 5×5 and pooling side by side, made cheap by 1×1 convolutions before "
        "them; and classifiers halfway that bring the gradient to the first layers. With batch "
        "normalisation, as torchvision has it. Given an image below 64 pixels, the stem keeps its "
        "size.",
        "Szegedy et al., 2014: Going deeper with convolutions, arXiv 1409.4842",
        d, [inception_v1(), auxiliary_v1(), basic_conv()],
    )  # fmt: skip


# Inception v3: nodes are named as torchvision names its modules, so that weights fit by name.


def inception_a() -> Drawing:
    d = Drawing("InceptionA", "1×1, 5×5, two 3×3, and pooling, side by side (figure 5)",
                pool_features=stated(32, "channels of the pooling branch"))  # fmt: skip
    d.input(192, 35, 35, name="x")
    basic(d, "branch1x1", 64, after="x")
    basic(d, "branch5x5_1", 48, after="x")
    basic(d, "branch5x5_2", 64, 5)
    basic(d, "branch3x3dbl_1", 64, after="x")
    basic(d, "branch3x3dbl_2", 96, 3)
    basic(d, "branch3x3dbl_3", 96, 3)
    return _pooled(d, "=pool_features", ["branch1x1", "branch5x5_2", "branch3x3dbl_3"])


def inception_b() -> Drawing:
    d = Drawing("InceptionB", "Halves the image: two strided branches and pooling (figure 10)")
    d.input(288, 35, 35, name="x")
    basic(d, "branch3x3", 384, 3, after="x", padded=False, stride=2)
    basic(d, "branch3x3dbl_1", 64, after="x")
    basic(d, "branch3x3dbl_2", 96, 3)
    basic(d, "branch3x3dbl_3", 96, 3, padded=False, stride=2)
    return _halved(d, ["branch3x3", "branch3x3dbl_3"])


def inception_c() -> Drawing:
    d = Drawing("InceptionC", "7×7 convolutions taken apart into 1×7 and 7×1 (figure 6)",
                channels7x7=stated(128, "channels within the 7×7 branches"))  # fmt: skip
    d.input(768, 17, 17, name="x")
    c7 = "=channels7x7"
    basic(d, "branch1x1", 192, after="x")
    basic(d, "branch7x7_1", c7, after="x")
    basic(d, "branch7x7_2", c7, (1, 7))
    basic(d, "branch7x7_3", 192, (7, 1))
    basic(d, "branch7x7dbl_1", c7, after="x")
    for number in (2, 3, 4, 5):
        kernel = (7, 1) if number % 2 == 0 else (1, 7)
        basic(d, f"branch7x7dbl_{number}", 192 if number == 5 else c7, kernel)
    return _pooled(d, 192, ["branch1x1", "branch7x7_3", "branch7x7dbl_5"])


def inception_d() -> Drawing:
    d = Drawing("InceptionD", "Halves the image a second time")
    d.input(768, 17, 17, name="x")
    basic(d, "branch3x3_1", 192, after="x")
    basic(d, "branch3x3_2", 320, 3, padded=False, stride=2)
    basic(d, "branch7x7x3_1", 192, after="x")
    basic(d, "branch7x7x3_2", 192, (1, 7))
    basic(d, "branch7x7x3_3", 192, (7, 1))
    basic(d, "branch7x7x3_4", 192, 3, padded=False, stride=2)
    return _halved(d, ["branch3x3_2", "branch7x7x3_4"])


def inception_e() -> Drawing:
    d = Drawing("InceptionE", "3×3 convolutions spread out into 1×3 beside 3×1 (figure 7)")
    d.input(1280, 8, 8, name="x")
    basic(d, "branch1x1", 320, after="x")
    basic(d, "branch3x3_1", 384, after="x")
    basic(d, "branch3x3_2a", 384, (1, 3), after="branch3x3_1")
    basic(d, "branch3x3_2b", 384, (3, 1), after="branch3x3_1")
    basic(d, "branch3x3dbl_1", 448, after="x")
    basic(d, "branch3x3dbl_2", 384, 3)
    basic(d, "branch3x3dbl_3a", 384, (1, 3), after="branch3x3dbl_2")
    basic(d, "branch3x3dbl_3b", 384, (3, 1), after="branch3x3dbl_2")
    branches = ["branch1x1", "branch3x3_2a", "branch3x3_2b", "branch3x3dbl_3a", "branch3x3dbl_3b"]
    return _pooled(d, 192, branches)


def _pooled(d: Drawing, channels: int | str, branches: list[str]) -> Drawing:
    d.add("AvgPool2d", "pool", after="x", kernel_size=3, stride=1, padding=1)
    branches = [*branches, basic(d, "branch_pool", channels)]
    d.add("Concatenate", "cat", after=branches)
    d.output("y")
    return d


def _halved(d: Drawing, branches: list[str]) -> Drawing:
    pool = d.add("MaxPool2d", "pool", after="x", kernel_size=3, stride=2)
    d.add("Concatenate", "cat", after=[*branches, pool])
    d.output("y")
    return d


def auxiliary_v3() -> Drawing:
    d = Drawing(
        "Auxiliary", "A classifier halfway: it steadies training near its end",
        classes=stated(1000, "classes to tell apart"),
        padding=stated(0, "around pooling and the 5×5 convolution; 2 for small maps")
        .model_copy(update={"minimum": 0}),
    )  # fmt: skip
    d.input(768, 17, 17, name="x")
    d.add("AvgPool2d", "pool", kernel_size=5, stride=3, padding=["=padding", "=padding"])
    basic(d, "conv0", 128)
    d.use("BasicConv2d", "conv1", channels=768, kernel=[5, 5], padding=["=padding", "=padding"])
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features="=classes")
    d.output("y")
    return d


def inception_v3() -> Template:
    d = Drawing(
        stem_stride=STEM_STRIDE.model_copy(update={"maximum": 2}),
        aux_padding=slider(0, 0, 2, "around the helper's filters; 2 for images below 299 pixels"),
    )
    d.input(3, 299, 299)
    d.use("BasicConv2d", "Conv2d_1a_3x3", channels=32, kernel=[3, 3], stride="=stem_stride")
    basic(d, "Conv2d_2a_3x3", 32, 3, padded=False)
    basic(d, "Conv2d_2b_3x3", 64, 3)
    d.add("MaxPool2d", "maxpool1", kernel_size=3, stride=2, bypass="=stem_stride == 1")
    basic(d, "Conv2d_3b_1x1", 80)
    basic(d, "Conv2d_4a_3x3", 192, 3, padded=False)
    d.add("MaxPool2d", "maxpool2", kernel_size=3, stride=2, bypass="=stem_stride == 1")
    for place, features in (("5b", 32), ("5c", 64), ("5d", 64)):
        d.use("InceptionA", f"Mixed_{place}", pool_features=features)
    d.use("InceptionB", "Mixed_6a")
    for place, channels in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        d.use("InceptionC", f"Mixed_{place}", channels7x7=channels)
    d.use("InceptionD", "Mixed_7a")
    d.use("InceptionE", "Mixed_7b")
    d.use("InceptionE", "Mixed_7c")
    d.pool_and_classify(1000, dropout=0.5)
    d.use("Auxiliary", "AuxLogits", after="Mixed_6e", classes=1000,
          padding="=aux_padding")  # fmt: skip
    d.output("label_aux")
    blocks = [inception_a(), inception_b(), inception_c(), inception_d(), inception_e(),
              auxiliary_v3(), basic_conv()]  # fmt: skip
    return Template(
        "inception_v3", "Inception v3", FAMILY, 2015,
        "Inception v3: large filters taken apart into thin ones",
        "New in it: a 7×7 convolution becomes 1×7 and 7×1, a 5×5 two 3×3, and the image shrinks in "
        "modules that pool and convolve side by side. Given an image below 75 pixels, the stem "
        "keeps its size.",
        "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, 2015: Rethinking the Inception architecture "
        "for computer vision, arXiv 1512.00567",
        d, blocks, training=LARGE | {"batch_size": 8},
        small=((75, "stem_stride", 1), (299, "aux_padding", 2)),
    )  # fmt: skip


def templates() -> list[Template]:
    from scripts.templates.xception import xception

    return [googlenet(), inception_v3(), xception()]
