"""What a project's augmentation asks for, looked up and checked. No torch is needed for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.declared import Augmentation
from cnnstudio.graph import AugmentationStep, DataError, ProblemError
from cnnstudio.graph.spelling import meant


@dataclass(frozen=True)
class Chosen:
    """A step that is on: its place in the project's list, from 0, and what it is made of."""

    place: int
    declared: Augmentation
    arguments: dict[str, Any]
    probability: float


def chosen_steps(steps: Sequence[AugmentationStep]) -> list[Chosen]:
    """The steps that are on, in order. DataError for one that is unknown or wrongly set."""
    return [_chosen(place, step) for place, step in enumerate(steps) if step.enabled]


def probability_of(step: AugmentationStep) -> float:
    """How often a step is applied; 1 for an unknown kind."""
    if step.probability is not None:
        return step.probability
    declared = augmentations.get(step.kind)
    return 1.0 if declared is None else declared.probability


def mistake_in(step: AugmentationStep) -> str:
    """What is wrong with a step, as a sentence; empty if nothing is."""
    try:
        _chosen(0, step)
    except DataError as error:
        return error.message
    return ""


def _chosen(place: int, step: AugmentationStep) -> Chosen:
    where = f"Step {place + 1} of the augmentation"
    declared = augmentations.get(step.kind)
    if declared is None:
        raise DataError(
            f"{where}: there is no '{step.kind}'.{meant(step.kind, augmentations)}",
            f"Choose one of: {', '.join(augmentations)}.",
        )
    try:
        arguments = declared.arguments(step.parameters)
    except ProblemError as error:
        raise DataError(f"{where}: {error.message}", error.hint) from None
    for name, parts in declared.tuples.items():
        low, high = arguments[name]
        if parts[0].endswith("_from") and low > high:
            names = [declared.parameter(part).title for part in parts]
            raise DataError(
                f"{where}: {names[0]} of {declared.title} is {low:g}, more than {names[1]}, "
                f"{high:g}.",
                "Exchange them.",
            )
    return Chosen(place, declared, arguments, probability_of(step))
