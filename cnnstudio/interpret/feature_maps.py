"""What each node of a network gives for some images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from torch import nn

from cnnstudio.interpret.capture import collect, require_names
from cnnstudio.interpret.images import accepting, as_batch, evaluating


def feature_maps(
    model: nn.Module, images: Any, layers: str | Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """The output of the named layers, all if None: {name: array (N, C, H, W) or (N, features)}.

    `images` is an array or tensor (N, C, H, W) as the network takes it, or a tuple with one for
    each input. The model is run in evaluation mode; what it was in is restored. Layers that
    work in place don't spoil what comes before them: each array is the value at its node. Two
    arrays may share memory, where a layer only hands on what it got.

    Raises ExplanationError for a layer that the network doesn't have, or images that it can't take.
    """
    batches = images if isinstance(images, tuple) else (images,)
    names = [layers] if isinstance(layers, str) else None if layers is None else list(layers)
    if names is not None:
        require_names(model, names)
    with evaluating(model):
        given = tuple(as_batch(batch, model) for batch in batches)
        with accepting(given[0]):
            found = collect(model, given, names)
    return {name: value.cpu().numpy() for name, value in found.items()}
