"""Networks for small machines: SqueezeNet, MobileNet v1 to v3, ShuffleNet v2, EfficientNet."""

from __future__ import annotations

from typing import Any

from scripts.templates.drawing import Drawing, slider, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import SMOOTHED, Template

FAMILY = "Mobile networks"
SMALL = "Given an image below 64 pixels, the stem keeps its size."
STEP = "=stride if index == 0 else 1"
NO_SKIP = "=in_channels != channels or (stride != 1 and index == 0)"
# MobileNet v3 follows TensorFlow's settings.
V3_NORM: dict[str, Any] = {"eps": 0.001, "momentum": 0.01}


def fire() -> Drawing:
    d = Drawing(
        "Fire", "Squeezes to few channels, expands with 1×1 and 3×3 filters",
        squeeze=stated(16, "channels between"), expand=stated(64, "channels of each branch"),
    )  # fmt: skip
    d.input(96, 55, 55, name="x")
    d.conv("squeeze", "=squeeze", 1, bias=True)
    d.add("ReLU", "squeeze_relu")
    d.conv("expand1x1", "=expand", 1, bias=True)
    d.add("ReLU", "expand1x1_relu")
    d.conv("expand3x3", "=expand", 3, after="squeeze_relu", bias=True)
    d.add("ReLU", "expand3x3_relu")
    d.add("Concatenate", "cat", after=["expand1x1_relu", "expand3x3_relu"])
    d.output("y")
    return d


def squeezenet1_1() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 64, 3, "=stem_stride", padding=0, bias=True)
    d.add("ReLU", "relu1")
    pool = {"kernel_size": 3, "stride": 2, "ceil_mode": True}
    d.add("MaxPool2d", "pool1", **pool)
    number = 2
    for squeeze, expand, repeat in ((16, 64, 2), (32, 128, 2), (48, 192, 2), (64, 256, 2)):
        d.use("Fire", f"fire{number}", squeeze=squeeze, expand=expand, repeat=repeat)
        if number < 6:
            d.add("MaxPool2d", f"pool{number + 1}", **pool)
        number += 2
    d.add("Dropout", "dropout")
    d.conv("conv10", 1000, 1, bias=True)
    d.add("ReLU", "relu10")
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.add("Flatten", "flatten")
    d.output()
    return Template(
        "squeezenet1_1", "SqueezeNet 1.1", FAMILY, 2016,
        "SqueezeNet 1.1: AlexNet's accuracy with fifty times fewer weights",
        "New in it: the fire module, which squeezes the channels before it spends 3×3 filters on "
        f"them. {SMALL}",
        "Iandola et al., 2016: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters, "
        "arXiv 1602.07360",
        d, [fire()],
    )  # fmt: skip


def separable_block() -> Drawing:
    d = Drawing(
        "SeparableBlock", "A filter for each channel, then a 1×1 convolution that mixes them",
        channels=stated(64, "output channels"), stride=stated(1, "step of the first copy"),
    )  # fmt: skip
    d.input(32, 112, 112, name="x")
    d.depthwise("depthwise", 3, STEP)
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    d.conv("pointwise", "=channels", 1)
    d.add("BatchNorm2d", "bn2")
    d.add("ReLU", "relu2")
    d.output("y")
    return d


V1_PAPER = (
    "Howard et al., 2017: MobileNets: efficient convolutional neural networks for mobile vision "
    "applications, arXiv 1704.04861"
)


def mobilenet_v1() -> Template:
    d = Drawing(
        alpha=slider(1.0, 0.1, 4.0, "width multiplier (the paper's α) of every layer"),
        stem_stride=STEM_STRIDE,
    )
    d.input(3, 224, 224)
    d.conv("conv1", "=int(32 * alpha)", 3, "=stem_stride")
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    for stage, (channels, stride, repeat) in enumerate(
        ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 2, 6), (1024, 2, 2)), 1
    ):
        d.use("SeparableBlock", f"stage{stage}", channels=f"=int({channels} * alpha)",
              stride=stride, repeat=repeat)  # fmt: skip
    d.pool_and_classify(1000)
    return Template(
        "mobilenet_v1", "MobileNet v1", FAMILY, 2017,
        "MobileNet v1: depthwise separable convolutions throughout, made for phones",
        "New in it: a plain stack of depthwise separable convolutions, eight times cheaper than "
        f"full ones, with one number that sets the width of all. {SMALL}",
        V1_PAPER, d, [separable_block()],
    )  # fmt: skip


def small_mobilenet(shape: tuple[int, ...], stages: list[tuple[int, int, int]], classes: int,
                    stem: tuple[int, int] = (16, 1)) -> Drawing:  # fmt: skip
    d = Drawing()
    d.input(*shape)
    d.conv("conv1", stem[0], 3, stem[1])
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    for stage, (channels, stride, repeat) in enumerate(stages, 1):
        d.use("SeparableBlock", f"stage{stage}", channels=channels, stride=stride, repeat=repeat)
    d.pool_and_classify(classes)
    return d


def depthwise_small() -> Template:
    return Template(
        "depthwise_small", "Small MobileNet", "Small networks", 2017,
        "Depthwise separable convolutions, as in MobileNet: far fewer multiply-adds",
        "A filter for each channel, then a 1×1 convolution that mixes them.", V1_PAPER,
        small_mobilenet((3, 64, 64), [(32, 1, 1), (64, 2, 2), (128, 2, 1)], 6, (16, 2)),
        [separable_block()], training={"epochs": 12, "learning_rate": 3e-3},
    )  # fmt: skip


def mobilenet_digits() -> Template:
    return Template(
        "mobilenet_digits", "MobileNet for digits", "Small networks", 2017,
        "A MobileNet for digits: nine thousand weights",
        "Depthwise separable convolutions, at the size of a handwritten digit.", V1_PAPER,
        small_mobilenet((1, 16, 16), [(32, 1, 1), (64, 2, 2)], 10), [separable_block()],
        dataset="digits", training={"epochs": 15, "learning_rate": 3e-3, **SMOOTHED},
    )  # fmt: skip


def mobilenet_cifar() -> Template:
    return Template(
        "mobilenet_cifar", "MobileNet for CIFAR", "Small networks", 2017,
        "A MobileNet for 32×32 images: the stem keeps the size",
        "MobileNet v1 with a quarter of the width and no step before the second stage. Set for "
        "shapes of 32 pixels; choose CIFAR-10 in the data to train on that.", V1_PAPER,
        small_mobilenet((3, 32, 32), [(32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 2, 2)], 10),
        [separable_block()], options={"classes": 10},
        training={"epochs": 12, "learning_rate": 3e-3},
    )  # fmt: skip


def inverted_residual_v2() -> Drawing:
    d = Drawing(
        "InvertedResidual", "Expands with 1×1, filters each channel, projects without activation",
        channels=stated(16, "output channels"),
        expansion=stated(6, "so many times the channels between; 1 leaves the expansion out"),
        stride=stated(1, "step of the first copy"),
    )  # fmt: skip
    d.input(24, 56, 56, name="x")
    plain = "=expansion == 1"
    d.conv("expand", "=in_channels * expansion", 1, bypass=plain)
    d.add("BatchNorm2d", "expand_bn", bypass=plain)
    d.add("ReLU6", "expand_relu", bypass=plain)
    d.depthwise("depthwise", 3, STEP)
    d.add("BatchNorm2d", "depthwise_bn")
    d.add("ReLU6", "depthwise_relu")
    d.conv("project", "=channels", 1)
    d.add("BatchNorm2d", "project_bn")
    d.add("Add", "add", after=["project_bn", "x"], bypass=NO_SKIP)
    d.output("y")
    return d


def mobilenet_v2() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 32, 3, "=stem_stride")
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU6", "relu1")
    table = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
             (6, 160, 3, 2), (6, 320, 1, 1))  # fmt: skip
    for stage, (expansion, channels, repeat, stride) in enumerate(table, 1):
        d.use("InvertedResidual", f"bottleneck{stage}", expansion=expansion, channels=channels,
              stride=stride, repeat=repeat)  # fmt: skip
    d.conv("conv2", 1280, 1)
    d.add("BatchNorm2d", "bn2")
    d.add("ReLU6", "relu2")
    d.pool_and_classify(1000, dropout=0.2)
    return Template(
        "mobilenet_v2", "MobileNet v2", FAMILY, 2018,
        "MobileNet v2: residual blocks that are narrow outside and wide inside",
        "New in it: the inverted residual. The skip connects the narrow ends, which have no "
        f"activation, since ReLU destroys information there. {SMALL}",
        "Sandler, Howard, Zhu, Zhmoginov and Chen, 2018: MobileNetV2: inverted residuals and "
        "linear bottlenecks, arXiv 1801.04381",
        d, [inverted_residual_v2()],
    )  # fmt: skip


def squeeze_excite(inner: str, gate: str) -> Drawing:
    d = Drawing(
        "SqueezeExcite", "Weighs each channel by what all of the image says",
        squeeze=stated(8, "channels between"),
    )  # fmt: skip
    d.input(64, 28, 28, name="x")
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.conv("fc1", "=squeeze", 1, bias=True)
    d.add(inner, "activation")
    d.conv("fc2", "=in_channels", 1, bias=True)
    d.add(gate, "gate")
    d.add("Multiply", "scale", after=["gate", "x"])
    d.output("y")
    return d


def bneck() -> Drawing:
    d = Drawing(
        "Bneck", "Inverted residual with squeeze-and-excite and a choice of activation",
        kernel=stated(3, "filter of the depthwise convolution"),
        expand=stated(64, "channels between"),
        channels=stated(24, "output channels"),
        squeeze=stated(False, "whether channels are weighed (squeeze-and-excite)"),
        hardswish=stated(False, "h-swish in place of ReLU"),
        stride=stated(1, "step of the first copy"),
    )  # fmt: skip
    d.input(16, 112, 112, name="x")
    plain = "expand == in_channels"
    d.conv("expand", "=expand", 1, bypass=f"={plain}")
    d.add("BatchNorm2d", "expand_bn", bypass=f"={plain}", **V3_NORM)
    d.add("ReLU", "expand_relu", bypass=f"=hardswish or {plain}")
    d.add("Hardswish", "expand_hswish", bypass=f"=not hardswish or {plain}")
    d.depthwise("depthwise", "=kernel", STEP)
    d.add("BatchNorm2d", "depthwise_bn", **V3_NORM)
    d.add("ReLU", "depthwise_relu", bypass="=hardswish")
    d.add("Hardswish", "depthwise_hswish", bypass="=not hardswish")
    # A quarter, rounded to a multiple of eight; rather up than down.
    d.add("block:SqueezeExcite", "se", bypass="=not squeeze",
          squeeze="=max(8, (expand // 4 + 6) // 8 * 8)")  # fmt: skip
    d.conv("project", "=channels", 1)
    d.add("BatchNorm2d", "project_bn", **V3_NORM)
    d.add("Add", "add", after=["project_bn", "x"], bypass=NO_SKIP)
    d.output("y")
    return d


# The paper's tables 1 and 2: kernel, expansion, output, squeeze, h-swish, stride, copies.
LARGE_V3 = [
    (3, 16, 16, False, False, 1, 1), (3, 64, 24, False, False, 2, 1),
    (3, 72, 24, False, False, 1, 1), (5, 72, 40, True, False, 2, 1),
    (5, 120, 40, True, False, 1, 2), (3, 240, 80, False, True, 2, 1),
    (3, 200, 80, False, True, 1, 1), (3, 184, 80, False, True, 1, 2),
    (3, 480, 112, True, True, 1, 1), (3, 672, 112, True, True, 1, 1),
    (5, 672, 160, True, True, 2, 1), (5, 960, 160, True, True, 1, 2),
]  # fmt: skip
SMALL_V3 = [
    (3, 16, 16, True, False, 2, 1), (3, 72, 24, False, False, 2, 1),
    (3, 88, 24, False, False, 1, 1), (5, 96, 40, True, True, 2, 1),
    (5, 240, 40, True, True, 1, 2), (5, 120, 48, True, True, 1, 1),
    (5, 144, 48, True, True, 1, 1), (5, 288, 96, True, True, 2, 1),
    (5, 576, 96, True, True, 1, 2),
]  # fmt: skip


def mobilenet_v3(size: str, table: list[tuple[Any, ...]], hidden: int) -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 16, 3, "=stem_stride")
    d.add("BatchNorm2d", "bn1", **V3_NORM)
    d.add("Hardswish", "hswish1")
    names = ("kernel", "expand", "channels", "squeeze", "hardswish", "stride", "repeat")
    for number, row in enumerate(table, 1):
        given = dict(zip(names, row, strict=True))
        if given["repeat"] == 1:
            del given["repeat"]
        d.use("Bneck", f"bneck{number}", **given)
    d.conv("conv2", 6 * table[-1][2], 1)
    d.add("BatchNorm2d", "bn2", **V3_NORM)
    d.add("Hardswish", "hswish2")
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc1", out_features=hidden)
    d.add("Hardswish", "hswish3")
    d.add("Dropout", "dropout", p=0.2)
    d.add("Linear", "fc2", out_features=1000)
    d.output()
    return Template(
        f"mobilenet_v3_{size}", f"MobileNet v3 {size}", FAMILY, 2019,
        f"MobileNet v3 {size}: found by search, refined by hand",
        "New in it: squeeze-and-excite in inverted residuals, the cheap activation h-swish, and a "
        f"shorter end; which block stands where was searched for. {SMALL}",
        "Howard et al., 2019: Searching for MobileNetV3, arXiv 1905.02244",
        d, [bneck(), squeeze_excite("ReLU", "Hardsigmoid")],
    )  # fmt: skip


def shuffle_unit() -> Drawing:
    d = Drawing("ShuffleUnit", "Half of the channels pass, half are filtered; then shuffled")
    d.input(116, 28, 28, name="x")
    d.add("Chunk", "split", chunks=2)
    d.conv("conv1", "=in_channels // 2", 1, after="split:1")
    _shuffle_branch(d, 1, "=in_channels // 2")
    d.add("Concatenate", "cat", after=["split:0", d.last])
    d.add("ChannelShuffle", "shuffle", groups=2)
    d.output("y")
    return d


def shuffle_down() -> Drawing:
    d = Drawing("ShuffleDown", "Halves the image: both branches are filtered, then shuffled",
                channels=stated(116, "output channels"))  # fmt: skip
    d.input(24, 56, 56, name="x")
    d.depthwise("side_depthwise", 3, 2)
    d.add("BatchNorm2d", "side_bn1")
    d.conv("side_conv", "=channels // 2", 1)
    d.add("BatchNorm2d", "side_bn2")
    side = d.add("ReLU", "side_relu")
    d.conv("conv1", "=channels // 2", 1, after="x")
    _shuffle_branch(d, 2, "=channels // 2")
    d.add("Concatenate", "cat", after=[side, d.last])
    d.add("ChannelShuffle", "shuffle", groups=2)
    d.output("y")
    return d


def _shuffle_branch(d: Drawing, stride: int, channels: str) -> None:
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    d.depthwise("depthwise", 3, stride)
    d.add("BatchNorm2d", "bn2")
    d.conv("conv2", channels, 1)
    d.add("BatchNorm2d", "bn3")
    d.add("ReLU", "relu2")


def shufflenet() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 24, 3, "=stem_stride")
    d.add("BatchNorm2d", "bn1")
    d.add("ReLU", "relu1")
    d.add("MaxPool2d", "maxpool", kernel_size=3, stride=2, padding=1, bypass="=stem_stride == 1")
    for stage, channels, repeat in ((2, 116, 3), (3, 232, 7), (4, 464, 3)):
        d.use("ShuffleDown", f"stage{stage}_down", channels=channels)
        d.use("ShuffleUnit", f"stage{stage}", repeat=repeat)
    d.conv("conv5", 1024, 1)
    d.add("BatchNorm2d", "bn5")
    d.add("ReLU", "relu5")
    d.add("SpatialMean", "mean")
    d.add("Linear", "fc", out_features=1000)
    d.output()
    return Template(
        "shufflenet_v2_x1_0", "ShuffleNet v2 ×1.0", FAMILY, 2018,
        "ShuffleNet v2: half of the channels pass each block untouched, then all are shuffled",
        "New in it: designed by the time it takes, not by multiply-adds: equal widths, no groups, "
        f"few branches, few additions. {SMALL}",
        "Ma, Zhang, Zheng and Sun, 2018: ShuffleNet V2: practical guidelines for efficient CNN "
        "architecture design, arXiv 1807.11164",
        d, [shuffle_down(), shuffle_unit()],
    )  # fmt: skip


def mbconv() -> Drawing:
    d = Drawing(
        "MBConv", "Inverted residual with squeeze-and-excite, left out at random in training",
        kernel=stated(3, "filter of the depthwise convolution"),
        expansion=stated(6, "so many times the channels between; 1 leaves the expansion out"),
        channels=stated(24, "output channels"),
        stride=stated(1, "step of the first copy"),
        position=stated(0, "blocks before this stage: later ones are left out more often")
        .model_copy(update={"minimum": 0}),
    )  # fmt: skip
    d.input(16, 112, 112, name="x")
    plain = "=expansion == 1"
    d.conv("expand", "=in_channels * expansion", 1, bypass=plain)
    d.add("BatchNorm2d", "expand_bn", bypass=plain)
    d.add("SiLU", "expand_silu", bypass=plain)
    d.depthwise("depthwise", "=kernel", STEP)
    d.add("BatchNorm2d", "depthwise_bn")
    d.add("SiLU", "depthwise_silu")
    d.use("SqueezeExcite", "se", squeeze="=max(1, in_channels // 4)")
    d.conv("project", "=channels", 1)
    d.add("BatchNorm2d", "project_bn")
    d.add("StochasticDepth", "drop_path", p="=0.2 * (position + index) / 16", bypass=NO_SKIP)
    d.add("Add", "add", after=["drop_path", "x"], bypass=NO_SKIP)
    d.output("y")
    return d


def efficientnet_b0() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE)
    d.input(3, 224, 224)
    d.conv("conv1", 32, 3, "=stem_stride")
    d.add("BatchNorm2d", "bn1")
    d.add("SiLU", "silu1")
    table = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
             (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))  # fmt: skip
    position = 0
    for stage, (expansion, kernel, stride, channels, repeat) in enumerate(table, 1):
        d.use("MBConv", f"mbconv{stage}", expansion=expansion, kernel=kernel, channels=channels,
              stride=stride, position=position, repeat=repeat)  # fmt: skip
        position += repeat
    d.conv("conv2", 1280, 1)
    d.add("BatchNorm2d", "bn2")
    d.add("SiLU", "silu2")
    d.pool_and_classify(1000, dropout=0.2)
    return Template(
        "efficientnet_b0", "EfficientNet-B0", FAMILY, 2019,
        "EfficientNet-B0: depth, width and image size in balance, found by search",
        "New in it: one rule that scales depth, width and image size together, from a small "
        f"network that was searched for. {SMALL}",
        "Tan and Le, 2019: EfficientNet: rethinking model scaling for convolutional neural "
        "networks, arXiv 1905.11946",
        d, [mbconv(), squeeze_excite("SiLU", "Sigmoid")],
    )  # fmt: skip


def templates() -> list[Template]:
    return [squeezenet1_1(), mobilenet_v1(), mobilenet_v2(),
            mobilenet_v3("small", SMALL_V3, 1024), mobilenet_v3("large", LARGE_V3, 1280),
            efficientnet_b0()]  # fmt: skip
