"""All layer kinds, in the order of the palette."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from cnnstudio.layers.kind import LayerKind, registered

# Importing a category's module declares its kinds; this order is the palette's.
CATEGORIES = (
    "inputs",
    "convolution",
    "pooling",
    "activation",
    "normalisation",
    "regularisation",
    "linear",
    "operations",
)
for name in CATEGORIES:
    import_module(f"cnnstudio.layers.{name}")

catalogue: Mapping[str, LayerKind] = MappingProxyType(registered)
