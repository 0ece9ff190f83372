"""All kinds of steps, by category. No torch is needed to read them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from cnnstudio.data.augmentation.declared import Augmentation, declared_steps

# Importing these declares their steps.
for _name in ("geometry", "colour", "automatic"):
    import_module(f"cnnstudio.data.augmentation.{_name}")

augmentations: Mapping[str, Augmentation] = MappingProxyType(declared_steps)
