"""Attention between tokens, (N, tokens, features), and what transformers need around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Shape, parameter
from cnnstudio.layers.kind import always, channels, features, layer

CATEGORY = "Attention"
FORMULA = "softmax(Q·Kᵀ / √d) · V"
PAPER = "https://arxiv.org/abs/1706.03762"
VIT = "https://arxiv.org/abs/2010.11929"


def _if_other(port: int) -> Any:
    def size(_: dict[str, Any], shapes: Sequence[Shape]) -> int | None:
        found = shapes[port][-1]
        return None if found == shapes[0][-1] else found

    return size


class Heads:
    num_heads: int = parameter(
        4, minimum=1, title="Heads", headline=True, help="must divide the number of features"
    )


@layer(
    "Self-attention", category=CATEGORY, target="cnnstudio.modules.tokens.SelfAttention",
    icon="mdi6.eye-circle-outline", ranks=[3], common=True, inferred={"embed_dim": features},
    also_called=("mhsa", "multi-head self-attention"), formula=FORMULA, used_in="ViT, Swin, BERT.",
    reference=PAPER,
)  # fmt: skip
class SelfAttention(Heads):
    """Each token looks at all tokens, and gathers from those that matter to it."""

    dropout: float = parameter(
        0.0, minimum=0.0, maximum=1.0, advanced=True, help="share of the attention set to zero"
    )
    causal: bool = parameter(False, advanced=True, help="a token sees only those before it")


@layer(
    "Multi-head attention", category=CATEGORY, target="torch.nn.MultiheadAttention",
    icon="mdi6.eye-outline", ranks=[3], common=True, inputs=("query", "key", "value"),
    outputs=("output", "weights"), picks=[(0,), (1,)], also_called=("mha", "cross-attention"),
    inferred={
        "embed_dim": features, "kdim": _if_other(1), "vdim": _if_other(2),
        "batch_first": always(True),
    },
    reads={
        "bias": lambda m: m.in_proj_bias is not None, "add_bias_kv": lambda m: m.bias_k is not None,
    },
    formula=FORMULA, used_in="Transformers; DETR's queries that look at an image.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html",
)  # fmt: skip
class MultiheadAttention(Heads):
    """Each query looks at all keys, and gathers from the values whose keys fit. The second output
    tells how much each query looked where."""

    dropout: float = parameter(
        0.0, minimum=0.0, maximum=1.0, advanced=True, help="share of the attention set to zero"
    )
    bias: bool = parameter(True, advanced=True, help="adds learned numbers in its projections")
    add_bias_kv: bool = parameter(
        False, advanced=True, title="Learned key", help="adds a learned key and value to look at"
    )
    add_zero_attn: bool = parameter(
        False, advanced=True, title="Zero key", help="adds a key of zeros: looking at nothing"
    )


@layer(
    "Scaled dot-product attention", category=CATEGORY,
    target="torch.nn.functional.scaled_dot_product_attention", icon="mdi6.eye-settings-outline",
    call="function", ranks=[3, 4], inputs=("query", "key", "value"), also_called=("sdpa",),
    formula=FORMULA, used_in="Attention blocks of one's own.", reference=PAPER,
)  # fmt: skip
class ScaledDotProductAttention:
    """Attention without any weights: query, key and value come as they are."""

    is_causal: bool = parameter(
        False, title="Causal", headline=True, help="a query sees only keys before it"
    )
    scale: float | None = parameter(None, help="factor of the products; 1/√features if empty")


def _bias(module: Any) -> bool:
    return module.linear1.bias is not None


TRANSFORMER_READS = {
    "d_model": lambda m: m.self_attn.embed_dim, "nhead": lambda m: m.self_attn.num_heads,
    "dim_feedforward": lambda m: m.linear1.out_features, "dropout": lambda m: m.dropout.p,
    "activation": lambda m: m.activation.__name__, "layer_norm_eps": lambda m: m.norm1.eps,
    "bias": _bias,
}  # fmt: skip


class Transformer:
    nhead: int = parameter(
        4, minimum=1, title="Heads", headline=True, help="must divide the number of features"
    )
    dim_feedforward: int = parameter(
        128, minimum=1, title="Inner features", headline=True, help="of the perceptron in it"
    )
    dropout: float = parameter(
        0.1, minimum=0.0, maximum=1.0, help="share of values set to zero while training"
    )
    activation: Choice = parameter("relu", choices=("relu", "gelu"), help="in the perceptron")
    norm_first: bool = parameter(
        False, title="Norm first", help="normalises before each part: trains more steadily"
    )
    layer_norm_eps: float = parameter(
        1e-5, minimum=1e-12, advanced=True, title="eps", help="of its layer normalisations"
    )
    bias: bool = parameter(True, advanced=True, help="adds learned numbers in all its parts")


@layer(
    "Transformer encoder layer", category=CATEGORY, target="torch.nn.TransformerEncoderLayer",
    icon="mdi6.view-sequential-outline", ranks=[3], common=True,
    inferred={"d_model": features, "batch_first": always(True)}, reads=TRANSFORMER_READS,
    formula="norm(x + attention(x)), then norm(x + perceptron(x))", used_in="ViT, BERT.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html",
)  # fmt: skip
class TransformerEncoderLayer(Transformer):
    """Self-attention and a perceptron, each with a skip connection and a normalisation."""


@layer(
    "Transformer decoder layer", category=CATEGORY, target="torch.nn.TransformerDecoderLayer",
    icon="mdi6.view-sequential", ranks=[3], inputs=("input", "memory"),
    inferred={"d_model": features, "batch_first": always(True)}, reads=TRANSFORMER_READS,
    formula="self-attention, attention to the memory, perceptron", used_in="DETR, captioning.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html",
)  # fmt: skip
class TransformerDecoderLayer(Transformer):
    """A transformer layer that also looks at what an encoder gave: its second input, of as many
    features."""


@layer(
    "Patch embedding", category=CATEGORY, target="cnnstudio.modules.tokens.PatchEmbedding",
    icon="mdi6.view-module-outline", ranks=[4], tokens=True, common=True,
    inferred={"in_channels": channels},
    also_called=("patchify", "vit"), formula="(N, C, H, W) → (N, H·W/patch², features)",
    used_in="The first layer of ViT.", reference=VIT,
)  # fmt: skip
class PatchEmbedding:
    """Cuts the image into square patches and makes a token of each."""

    embed_dim: int = parameter(64, minimum=1, title="Features", headline=True, help="of each token")
    patch_size: int = parameter(
        4, minimum=1, headline=True, help="height and width of a patch; must divide the image's"
    )


@layer(
    "Class token", category=CATEGORY, target="cnnstudio.modules.tokens.ClassToken",
    icon="mdi6.tag-plus-outline", ranks=[3], common=True, inferred={"embed_dim": features},
    also_called=("cls", "register tokens"), formula="(N, T, D) → (N, count + T, D)",
    used_in="ViT: the token whose answer is the class.", reference=VIT,
)  # fmt: skip
class ClassToken:
    """Puts learned tokens before the others; they gather what the whole image says."""

    count: int = parameter(1, minimum=1, help="how many; more than one serve as registers")


def _tokens(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return shapes[0][0]


@layer(
    "Learned positional embedding", category=CATEGORY,
    target="cnnstudio.modules.tokens.LearnedPositionalEmbedding", icon="mdi6.map-marker-path",
    ranks=[3], common=True, inferred={"tokens": _tokens, "embed_dim": features},
    also_called=("position", "pos embed"), formula="x + weight", used_in="ViT, BERT.",
    reference=VIT,
)  # fmt: skip
class LearnedPositionalEmbedding:
    """Adds a learned vector to each token by its place: attention by itself knows no order. The
    number of tokens is fixed by it."""

    std: float = parameter(
        0.02, minimum=0.0, title="Deviation", help="of the normal values that it starts with"
    )


@layer(
    "Sinusoidal positional encoding", category=CATEGORY,
    target="cnnstudio.modules.tokens.SinusoidalPositionalEncoding", icon="mdi6.sine-wave",
    ranks=[3], also_called=("position", "sin cos"),
    formula="x + sin and cos(place / period^(2i/D))",
    used_in="Transformers over any number of tokens.", reference=PAPER,
)  # fmt: skip
class SinusoidalPositionalEncoding:
    """Adds waves of many lengths to the tokens by their place; nothing is learned."""

    max_period: float = parameter(
        10000.0, minimum=1.0, title="Longest period", help="in tokens, divided by 2π"
    )


@layer(
    "Token pooling", category=CATEGORY, target="cnnstudio.modules.tokens.TokenPool",
    icon="mdi6.tray-arrow-down", ranks=[3], common=True,
    also_called=("cls pooling", "mean pooling"), formula="(N, T, D) → (N, D)",
    used_in="Before the classifier of a transformer.", reference=VIT,
)  # fmt: skip
class TokenPool:
    """Makes one vector of all tokens: the first one, which is the class token, or their mean or
    maximum."""

    mode: Choice = parameter(
        "first", choices=("first", "mean", "max"), headline=True, help="which vector it is"
    )


@layer(
    "Attention pooling", category=CATEGORY, target="cnnstudio.modules.tokens.AttentionPool",
    icon="mdi6.eye-arrow-right-outline", ranks=[3], inferred={"embed_dim": features},
    also_called=("set transformer", "clip"), formula="attention of a learned query to all tokens",
    used_in="CLIP's image encoder; sets without an order.",
    reference="https://arxiv.org/abs/2103.00020",
)  # fmt: skip
class AttentionPool(Heads):
    """A learned query gathers from all tokens what the answer needs."""


@layer(
    "Embedding", category=CATEGORY, target="torch.nn.Embedding", icon="mdi6.table",
    index_inputs=[0], ranks=[2, 3], also_called=("lookup", "codebook"),
    formula="weight[index]: (N, …) → (N, …, features)",
    used_in="Words, classes as a condition, codes of VQ-VAE.",
)  # fmt: skip
class Embedding:
    """A learned vector for each whole number: its input is indices."""

    num_embeddings: int = parameter(
        1000, minimum=1, title="Entries", headline=True, help="how many numbers there are"
    )
    embedding_dim: int = parameter(
        64, minimum=1, title="Features", headline=True, help="of each vector"
    )
    padding_idx: int | None = parameter(
        None, advanced=True, title="Padding", help="the index whose vector stays zero"
    )
    max_norm: float | None = parameter(
        None, minimum=1e-6, advanced=True, help="longer vectors are shortened to it"
    )


@layer(
    "Embedding bag", category=CATEGORY, target="torch.nn.EmbeddingBag", icon="mdi6.table-plus",
    index_inputs=[0], ranks=[2], formula="(N, count) → (N, features)",
    used_in="Bags of words, features of which several hold.",
)  # fmt: skip
class EmbeddingBag:
    """The sum or mean of the learned vectors of several whole numbers."""

    num_embeddings: int = parameter(
        1000, minimum=1, title="Entries", headline=True, help="how many numbers there are"
    )
    embedding_dim: int = parameter(
        64, minimum=1, title="Features", headline=True, help="of each vector"
    )
    mode: Choice = parameter("mean", choices=("mean", "sum", "max"), help="how they are joined")
