"""Which number of the network an explanation is about: an output, and a class in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnstudio.graph.errors import ExplanationError

Target = int | str | tuple[str, int] | Sequence[int] | None


@dataclass(frozen=True)
class Scores:
    """One score for each image, (N, classes) at `output` (None where the network has but one)."""

    output: str | None
    targets: Tensor  # (N,), int64

    def of_result(self, result: Any) -> Tensor:
        """(N, classes) of what the network gave."""
        return class_scores(result, self.output)

    def chosen(self, result: Any) -> Tensor:
        """(N,) of what the network gave."""
        return self.of_result(result).gather(1, self.targets[:, None])[:, 0]


def named_output(target: Target) -> tuple[str | None, Target]:
    """The output that `target` names, None if it names none, and the rest of it."""
    if isinstance(target, str):
        return target, None
    if isinstance(target, tuple | list) and len(target) == 2 and isinstance(target[0], str):
        return target[0], target[1]
    return None, target


def choose_scores(result: Any, target: Target) -> Scores:
    """Reads `target`: a class, a class for each image, (output, class), an output's name, or None.
    `result` is what the network gave for the images.

    Where no class is named it is the one that the network gives most to, image by image; where
    no output is named, the first. Raises ExplanationError for what doesn't exist.
    """
    output, target = named_output(target)
    if isinstance(result, dict):
        output = _known_output(output, result)
    elif output is not None:
        raise ExplanationError(f"The network has one output only, and none named '{output}'.")
    scores = class_scores(result, output).detach()
    count, classes = scores.shape
    if target is None:
        return Scores(output, scores.argmax(dim=1))
    wanted = [target] * count if isinstance(target, int) else [int(one) for one in target]
    if len(wanted) != count:
        raise ExplanationError(f"There are {len(wanted)} classes for {count} images.")
    for one in wanted:
        if not 0 <= one < classes:
            raise ExplanationError(
                f"There is no class {one}: the output has {classes}, counted from 0."
            )
    return Scores(output, torch.tensor(wanted, device=scores.device))


def class_scores(result: Any, output: str | None) -> Tensor:
    """(N, classes) of what the network gave; a class's scores over positions are summed."""
    scores = result[output] if isinstance(result, dict) else result
    if not isinstance(scores, Tensor) or not scores.is_floating_point():
        raise ExplanationError("The network's output is no array of scores: nothing to explain.")
    if scores.ndim == 1:
        return scores[:, None]
    return scores if scores.ndim == 2 else scores.flatten(2).sum(dim=2)


def _known_output(output: str | None, result: dict[str, Any]) -> str:
    if output is None:
        return next(iter(result))
    if output not in result:
        raise ExplanationError(
            f"The network has no output '{output}'.", f"It has: {', '.join(result)}."
        )
    return output
