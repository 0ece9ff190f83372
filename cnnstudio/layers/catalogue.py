"""All layer kinds, in the order of the palette."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from cnnstudio.layers.kind import LayerKind, registered

# Importing these declares their kinds; the categories stand in the palette as they come here.
DECLARATIONS = (
    "inputs",
    "convolution",
    "convolution_more",
    "pooling",
    "adaptive_pooling",
    "unpooling",
    "activation",
    "activation_shares",
    "normalisation",
    "normalisation_more",
    "regularisation",
    "linear",
    "attention",
    "map_attention",
    "recurrent",
    "resizing",
    "padding",
    "shape",
    "joining",
    "arithmetic",
    "elementwise",
    "gates",
    "reduction",
    "signal",
    "program",
)
for name in DECLARATIONS:
    import_module(f"cnnstudio.layers.{name}")


def _in_order() -> dict[str, LayerKind]:
    """Category by category, the common kinds of each first."""
    kinds = list(registered.values())
    categories = list(dict.fromkeys(kind.category for kind in kinds))
    kinds.sort(key=lambda kind: (categories.index(kind.category), not kind.common))
    return {kind.kind: kind for kind in kinds}


ordered = _in_order()
registered.clear()
registered.update(ordered)

catalogue: Mapping[str, LayerKind] = MappingProxyType(registered)
