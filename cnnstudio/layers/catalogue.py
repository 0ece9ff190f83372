"""All layer kinds, in the order of the palette."""

from collections.abc import Mapping
from types import MappingProxyType

# Importing a category's module declares its kinds; this order is the palette's.
# isort: off
# isort: on
from cnnstudio.layers.kind import LayerKind, registered

catalogue: Mapping[str, LayerKind] = MappingProxyType(registered)
