"""How optimizers, losses and schedules are declared: once each. No torch is needed to read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.layers.declaration import Declaration, parameters_of


@dataclass(frozen=True)
class Declared(Declaration):
    """An optimizer, a loss or a schedule. `tuples` are arguments of the target made of several
    parameters.

    `states` is how many numbers an optimizer keeps for each weight, and one more for each of the
    parameters `states_if` that is not 0. `fused` are the device types on which its fused steps are
    faster than the others. `large_rate` is a learning rate from which on steps rarely learn
    anything. `unmixed` is why a loss is not for mixed images, empty if it is.
    """

    tuples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    states: int = 0
    states_if: tuple[str, ...] = ()
    fused: tuple[str, ...] = ()
    large_rate: float = math.inf
    unmixed: str = ""

    def states_with(self, parameters: Mapping[str, Any]) -> int:
        """How many numbers an optimizer with these parameters keeps for each weight."""
        values = self.defaults() | dict(parameters)
        return self.states + sum(bool(values[name]) for name in self.states_if)

    def arguments(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The target's keyword arguments; ProblemError if a parameter is not valid."""
        values = self.validate(parameters)
        joined = {
            name: tuple(values.pop(part) for part in parts) for name, parts in self.tuples.items()
        }
        return values | joined


def declare(
    catalogue: dict[str, Declared],
    title: str,
    *,
    category: str,
    reference: str,
    target: str = "",
    formula: str,
    tuples: Mapping[str, tuple[str, ...]] | None = None,
    states: int = 0,
    states_if: tuple[str, ...] = (),
    fused: tuple[str, ...] = (),
    large_rate: float = math.inf,
    unmixed: str = "",
) -> Callable[[type], type]:
    """Puts the class under it into a catalogue, its annotated fields as parameters."""

    def register(cls: type) -> type:
        catalogue[cls.__name__] = Declared(
            kind=cls.__name__,
            title=title,
            category=category,
            target=target,
            doc=" ".join((cls.__doc__ or "").split()),
            parameters=parameters_of(cls),
            formula=formula,
            reference=reference,
            tuples=dict(tuples or {}),
            states=states,
            states_if=states_if,
            fused=fused,
            large_rate=large_rate,
            unmixed=unmixed,
        )
        return cls

    return register
