"""Finding layers by what people call them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnnstudio.layers.kind import LayerKind

# What many kinds are called in short or in American spelling; names of one kind stand at it.
SYNONYMS = {
    "norm": "normalisation",
    "normalization": "normalisation",
    "regularization": "regularisation",
    "separable": "depthwise",
    "avg": "average",
    "mean": "average",
    "pool": "pooling",
    "pad": "padding",
    "conv": "convolution",
    "upscale": "upsample",
}


def matching(kinds: Iterable[LayerKind], text: str) -> list[LayerKind]:
    """The kinds in which every typed word, or what it means, is found; best first.

    A name counts more than a title, a title more than a category, that more than the help text;
    of equals the common kinds come first.
    """
    typed = " ".join(text.lower().split())
    words = typed.split()
    ranked = []
    for order, layer in enumerate(kinds):
        if typed and typed in layer.also_called:
            ranks: list[int | None] = [0]
        else:
            ranks = [_rank(layer, word) for word in words]
        if None not in ranks:
            score = sum(rank for rank in ranks if rank is not None)
            ranked.append((score, not layer.common, order, layer))
    return [found[-1] for found in sorted(ranked, key=lambda found: found[:-1])]


def _rank(layer: LayerKind, word: str) -> int | None:
    """How well a word fits, 0 is best; None if it doesn't."""
    kind, title, category = layer.label.lower(), layer.title.lower(), layer.category.lower()
    if word in (kind, re.sub(r"[123]d$", "", kind)) or word in layer.also_called:
        return 0
    if kind.startswith(word):
        return 1
    parts = [*title.split(), *" ".join(layer.also_called).split()]
    if any(part.startswith(word) for part in parts):
        return 2
    meant = SYNONYMS.get(word)
    if meant is not None and any(part.startswith(meant) for part in parts):
        return 2
    if word in kind or word in title:
        return 3
    if word in category or (meant is not None and meant in category):
        return 4
    return 9 if len(word) > 2 and word in f"{layer.doc} {layer.used_in}".lower() else None
