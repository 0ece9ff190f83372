"""Finding layers by what people call them."""

from __future__ import annotations

from collections.abc import Iterable

from cnnstudio.layers.kind import LayerKind

# What other libraries and books say, and the words of the catalogue that mean it.
SYNONYMS = {
    "dense": "linear",
    "fc": "linear",
    "fully": "linear",
    "bn": "batch normalisation",
    "ln": "layer normalisation",
    "norm": "normalisation",
    "normalization": "normalisation",
    "deconv": "transposed",
    "deconvolution": "transposed",
    "separable": "depthwise",
    "swish": "silu",
    "gap": "adaptive average",
    "global": "adaptive",
    "concat": "concatenate",
    "cat": "concatenate",
    "merge": "concatenate",
    "skip": "add",
    "residual": "add",
    "sum": "add",
    "resize": "upsample",
    "view": "reshape",
    "transpose": "permute",
    "lrn": "local response",
}


def matching(kinds: Iterable[LayerKind], text: str) -> list[LayerKind]:
    """The kinds in which every typed word, or what it means, is found; best first.

    A name counts more than a title, a title more than a category, that more than the help text.
    """
    words = text.lower().split()
    ranked = []
    for order, layer in enumerate(kinds):
        ranks = [_rank(layer, word) for word in words]
        if None not in ranks:
            ranked.append((sum(rank for rank in ranks if rank is not None), order, layer))
    return [layer for _, _, layer in sorted(ranked, key=lambda found: found[:2])]


def _rank(layer: LayerKind, word: str) -> int | None:
    """How well a word fits, 0 is best; None if it doesn't."""
    kind, title = layer.kind.lower(), layer.title.lower()
    if kind == word:
        return 0
    if kind.startswith(word):
        return 1
    if any(part.startswith(word) for part in title.split()):
        return 2
    meant = SYNONYMS.get(word)
    if meant is not None and all(part in f"{kind} {title}" for part in meant.split()):
        return 2
    if word in kind or word in title:
        return 3
    if word in layer.category.lower():
        return 4
    return 9 if len(word) > 2 and word in f"{layer.doc} {layer.used_in}".lower() else None
