"""How a step of the augmentation is declared: once. No torch is needed to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.layers.declaration import Declaration, parameters_of

V2 = "torchvision.transforms.v2."
DOCS = "https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2."

# Categories, in the order in which the window offers them.
CUT = "Cut and size"
GEOMETRY = "Geometry"
COLOUR = "Colour"
DAMAGE = "Blur, noise and holes"
AUTOMATIC = "Automatic"
MIXING = "Mixing images"

declared_steps: dict[str, Augmentation] = {}


@dataclass(frozen=True)
class Augmentation(Declaration):
    """A kind of step. `target` is a transform of torchvision's, or one that behaves alike.

    `probability` is how often it is applied unless the step says otherwise; `decides` tells that
    the target draws that itself, as its argument `p`. `tuples` are arguments made of several
    parameters, `fixed` those that are always the same, `filled` that it takes the grey of what
    comes in from outside. The input's size (height, width) is the argument `sized`. With
    `geometric`, boxes and masks follow. `alike` steps do the same to each image that they are
    applied to, so that a batch's images are changed at once, to the same bits. Those `of_batches`
    mix the images of a batch.
    """

    probability: float = 1.0
    decides: bool = False
    tuples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    sized: str = ""
    filled: bool = False
    geometric: bool = False
    alike: bool = False
    of_batches: bool = False

    def arguments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The target's keyword arguments; ProblemError if a parameter is not valid."""
        values = self.validate(parameters)
        joined = {
            name: tuple(values.pop(part) for part in parts) for name, parts in self.tuples.items()
        }
        return values | joined | dict(self.fixed)


def step(title: str, *, category: str, target: str, icon: str, **facts: Any) -> Callable:
    """Declares a step; the class's docstring is its help text, its fields are its parameters.

    `facts` are further fields of the Augmentation.
    """

    def register(cls: type) -> type:
        facts.setdefault("reference", f"{DOCS}{target.removeprefix(V2)}.html")
        declared_steps[cls.__name__] = Augmentation(
            kind=cls.__name__,
            title=title,
            category=category,
            target=target,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=parameters_of(cls),
            icon=icon,
            **facts,
        )
        return cls

    return register
