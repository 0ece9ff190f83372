"""What a dataset's declaration is. Reading it needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.layers.declaration import Declaration, parameters_of

BUILT_IN = "Built-in"
YOUR_IMAGES = "Your images"
TORCHVISION = "Torchvision"

registered: dict[str, Dataset] = {}


@dataclass(frozen=True)
class Dataset(Declaration):
    """One kind of dataset.

    `target` is the dotted name of the function that finds the images: it takes the options by name
    and a Watch, and gives a Source. `generated` images are drawn by us and not real; `downloads`
    tells that files may be fetched from the internet. `channels` is 1 for grey images, 3 for
    coloured ones, 0 where it depends on the files. `classes` is their number, or the name of the
    option that says it; 0 where only the files tell.
    """

    generated: bool = False
    downloads: bool = False
    channels: int = 0
    classes: int | str = 0

    def class_count(self, options: Mapping[str, Any]) -> int | None:
        """How many classes there are with these options; None where that isn't known before."""
        told = self.classes
        if isinstance(told, str):
            told = (self.defaults() | dict(options))[told]
        return told if isinstance(told, int) and told > 0 else None


def dataset(
    kind: str,
    title: str,
    *,
    category: str,
    target: str,
    icon: str,
    channels: int,
    classes: int | str = 0,
    used_in: str = "",
    reference: str = "",
    generated: bool = False,
    downloads: bool = False,
    registry: dict[str, Dataset] = registered,
) -> Callable[[type], type]:
    """Declares a dataset; the class's docstring is its help text, its fields are its options."""

    def register(cls: type) -> type:
        registry[kind] = Dataset(
            kind=kind,
            title=title,
            category=category,
            target=target,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=_all_parameters(cls),
            icon=icon,
            used_in=used_in,
            reference=reference,
            generated=generated,
            downloads=downloads,
            channels=channels,
            classes=classes,
        )
        return cls

    return register


def _all_parameters(cls: type) -> tuple:
    """Those of the class, and of the classes that it shares its options with."""
    bases: Sequence[type] = [base for base in reversed(cls.__mro__) if base is not object]
    return tuple(found for base in bases for found in parameters_of(base))
