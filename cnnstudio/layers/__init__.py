"""The catalogue of layers: one declaration a kind. No torch is needed to read it."""

import sys
from collections.abc import Mapping
from types import ModuleType

from cnnstudio.layers.catalogue import catalogue
from cnnstudio.layers.declaration import Declaration, Parameter
from cnnstudio.layers.kind import LayerKind

__all__ = ["Declaration", "LayerKind", "Parameter", "catalogue"]


class _Layers(ModuleType):
    # Python binds a subpackage's name in its parent, so `cnnstudio.layers` is this module; the
    # public call `cnnstudio.layers()` works because the module can be called.
    def __call__(self) -> Mapping[str, LayerKind]:
        """The catalogue: every layer kind by its name."""
        return catalogue


sys.modules[__name__].__class__ = _Layers
