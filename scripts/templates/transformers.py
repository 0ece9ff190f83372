"""ViT, and ConvNeXt, which learned from it."""

from __future__ import annotations

from scripts.templates.drawing import Drawing, slider, stated
from scripts.templates.stem import STEM_STRIDE
from scripts.templates.template import LARGE, Template


def convnext_block() -> Drawing:
    d = Drawing(
        "CNBlock", "7×7 depthwise, normalised, widened four times and narrowed, the input added",
        position=stated(0, "blocks before this stage: later ones are left out more often")
        .model_copy(update={"minimum": 0}),
    )  # fmt: skip
    d.input(96, 56, 56, name="x")
    d.depthwise("depthwise", 7, bias=True)
    d.add("Permute", "channels_last", dims=[2, 3, 1])
    d.add("LayerNorm", "norm", eps=1e-6)
    d.add("Linear", "widen", out_features="=in_channels * 4")
    d.add("GELU", "gelu")
    d.add("Linear", "narrow", out_features="=in_channels")
    d.add("Permute", "channels_first", dims=[3, 1, 2])
    d.add("LayerScale", "layer_scale")
    d.add("StochasticDepth", "drop_path", p="=0.1 * (position + index) / 17")
    d.add("Add", "add", after=["drop_path", "x"])
    d.output("y")
    return d


def convnext_down() -> Drawing:
    d = Drawing("Downsample", "Normalises, then halves the image with a 2×2 convolution",
                channels=stated(192, "output channels"))  # fmt: skip
    d.input(96, 56, 56, name="x")
    d.add("ChannelLayerNorm", "norm")
    d.conv("conv", "=channels", 2, 2, padding=0, bias=True)
    d.output("y")
    return d


def convnext_tiny() -> Template:
    d = Drawing(stem_stride=STEM_STRIDE.model_copy(update={
        "default": 4, "help": "size and step of the first filters; 1 keeps the size of small images"
    }))  # fmt: skip
    d.input(3, 224, 224)
    d.conv("stem", 96, "=stem_stride", "=stem_stride", padding=0, bias=True)
    d.add("ChannelLayerNorm", "stem_norm")
    position = 0
    for stage, (channels, repeat) in enumerate(((96, 3), (192, 3), (384, 9), (768, 3)), 1):
        if stage > 1:
            d.use("Downsample", f"down{stage}", channels=channels)
        d.use("CNBlock", f"stage{stage}", position=position, repeat=repeat)
        position += repeat
    d.add("AdaptiveAvgPool2d", "avgpool")
    d.add("ChannelLayerNorm", "norm")
    d.add("Flatten", "flatten")
    d.add("Linear", "fc", out_features=1000)
    d.output()
    return Template(
        "convnext_tiny", "ConvNeXt-T", "Transformers and after", 2022,
        "ConvNeXt-T: a ResNet rebuilt with all that transformers had taught",
        "New in it: nothing by itself. 7×7 depthwise convolutions, layer normalisation, GELU and "
        "fewer of both, step by step from ResNet-50, until it was as good as Swin. Given an image "
        "below 64 pixels, the stem keeps its size.",
        "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, 2022: A ConvNet for the 2020s, "
        "arXiv 2201.03545",
        d, [convnext_block(), convnext_down()],
    )  # fmt: skip


def encoder_block() -> Drawing:
    d = Drawing(
        "EncoderBlock", "Attention among all tokens, then a perceptron for each; both added",
        heads=stated(12, "attention heads"),
        mlp=stated(3072, "width of the perceptron"),
    )  # fmt: skip
    d.input(197, 768, name="x")
    d.add("LayerNorm", "ln_1", eps=1e-6)
    d.add("SelfAttention", "self_attention", num_heads="=heads")
    d.add("Add", "add_1", after=["self_attention", "x"])
    d.add("LayerNorm", "ln_2", eps=1e-6)
    d.add("Linear", "mlp_1", out_features="=mlp")
    d.add("GELU", "gelu")
    d.add("Linear", "mlp_2", out_features=768)
    d.add("Add", "add_2", after=["add_1", "mlp_2"])
    d.output("y")
    return d


def vit_b_16() -> Template:
    d = Drawing(
        patch_size=slider(16, 1, 32, "pixels at each side of a patch: one token each"),
        depth=slider(12, 1, 48, "encoder blocks"),
    )
    d.input(3, 224, 224)
    d.add("PatchEmbedding", "patches", embed_dim=768, patch_size="=patch_size")
    d.add("ClassToken", "class_token")
    d.add("LearnedPositionalEmbedding", "position")
    d.use("EncoderBlock", "encoder", repeat="=depth")
    d.add("LayerNorm", "ln", eps=1e-6)
    d.add("TokenPool", "pool")
    d.add("Linear", "head", out_features=1000)
    d.output()
    return Template(
        "vit_b_16", "ViT-B/16", "Transformers and after", 2020,
        "ViT-B/16: an image is worth 16×16 words",
        "New in it: no convolution but the one that cuts patches. A plain transformer over 196 "
        "patches and a class token. Smaller images are cut into smaller patches.",
        "Dosovitskiy et al., 2020: An image is worth 16x16 words: transformers for image "
        "recognition at scale, arXiv 2010.11929",
        d, [encoder_block()], training=LARGE | {"learning_rate": 1e-4},
    )  # fmt: skip


def templates() -> list[Template]:
    return [convnext_tiny(), vit_b_16()]
