"""How an explanation method is declared: once. No torch is needed to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph.errors import ExplanationError, ProblemError
from cnnstudio.layers.declaration import Declaration, parameters_of

ACTIVATION = "Class activation"
GRADIENTS = "Gradients"
PERTURBATION = "Perturbation"


@dataclass(frozen=True)
class Method(Declaration):
    """One method; `category` is its family.

    `target` is the dotted name of a function (case, **parameters) → heat (N, H, W). It `uses_layer`
    if it works on what a layer gives, with positions; without `uses_target` every class has the
    same heat. `signed` heat is below 0 where it speaks against the class. `complete` heat adds up
    to the class's score less that of the baseline. `cost` is in passes through the network, `needs`
    what the network must have.
    """

    uses_layer: bool = False
    uses_target: bool = True
    signed: bool = False
    complete: bool = False
    cost: str = ""
    needs: str = ""

    @property
    def label(self) -> str:
        return self.title

    def chosen(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters with the defaults; ExplanationError for one that is wrong."""
        return chosen_of(self, parameters)

    def accepts(self, layer: str | None) -> None:
        """Raises ExplanationError for a layer that the method would not use."""
        if layer is not None and not self.uses_layer:
            raise ExplanationError(
                f"{self.title} explains at the image, not at a layer.",
                f"Leave '{layer}' out, or choose a method that looks at a layer, such as gradcam.",
            )


def chosen_of(declared: Declaration, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters with the defaults; ExplanationError for one that is wrong."""
    try:
        return declared.validate(parameters)
    except ProblemError as error:
        raise ExplanationError(error.message, error.hint) from None


declared_methods: dict[str, Method] = {}


def method(
    kind: str, title: str, *, family: str, target: str, **facts: Any
) -> Callable[[type], type]:
    """Declares the class under it as a method, its annotated fields as parameters, its docstring as
    what it does. `facts` are further fields of the Method."""

    def register(cls: type) -> type:
        declared_methods[kind] = Method(
            kind=kind,
            title=title,
            category=family,
            target=target,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=parameters_of(cls),
            **facts,
        )
        return cls

    return register
