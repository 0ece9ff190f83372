"""Feature visualisation: images made so that a unit, a channel or a class is excited most.

Olah, Mordvintsev, Schubert, "Feature Visualization", Distill 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.declared import chosen_of
from cnnstudio.interpret.images import as_batch, evaluating, one_image_input, shape_text
from cnnstudio.interpret.imagine.painting import (
    Painting,
    distance_from_grey,
    likeness,
    noise_for,
    shaken,
    total_variation,
)
from cnnstudio.interpret.imagine.seen_by import driven, seen_by
from cnnstudio.interpret.imagine.settings import visualization
from cnnstudio.interpret.levels import Levels, Normalization, picture_of
from cnnstudio.interpret.predict import as_probabilities, log_odds


@dataclass(frozen=True)
class Visualization:
    """An image for each unit and start, in that order, and how they came about.

    `curve` has the activation at each step, of the shaken image; `values` are the finished
    images' own, `before` those of the noise that they began as. Of a class that is log p / (1 − p),
    and `probabilities` are the p; of a layer's units they are None.
    """

    levels: np.ndarray  # (N, C, H, W) in 0…1
    layer: str | None
    units: list[int]  # (N,)
    curve: np.ndarray  # (steps, N)
    values: np.ndarray  # (N,)
    before: np.ndarray  # (N,)
    probabilities: np.ndarray | None = None
    note: str = ""
    images: np.ndarray = field(init=False, repr=False)  # uint8 (N, H, W, 3)

    def __post_init__(self) -> None:
        pictures = [picture_of(one) for one in self.levels]
        object.__setattr__(self, "images", np.stack(pictures))


def visualize(
    model: nn.Module,
    input_shape: Sequence[int],
    layer: str | None = None,
    unit: int | Sequence[int] = 0,
    *,
    position: tuple[int, int] | None = None,
    normalization: Normalization = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Visualization:
    """Images (C, H, W) of `input_shape` that excite a unit of `layer` most: a channel, on average
    over its positions, or a single one of them at `position` (row, column). Of a vector, a value.

    Without a layer `unit` is a class of the network's (first) output. Of several units each gets
    images of its own, the same as alone. `normalization` is (mean, std) by channel, of levels in
    0…1, as the network was trained with. `parameters` are steps, step_size, starts, seed and the
    others that `cnnstudio visualize --set` takes.

    `images` uint8 (N, H, W, 3), `levels` (N, C, H, W) in 0…1, `values` (N,) and `curve` (steps, N)
    come back.

    Raises ExplanationError for what doesn't exist or has no gradient.
    """
    units = [unit] if isinstance(unit, int) else list(unit)
    work = Optimisation(model, input_shape, layer, units, position, normalization, parameters)
    work.go_on(work.settings["steps"], progress)
    return work.result()


class Optimisation:
    """The work itself, which can be looked at on the way: `go_on(step)`, then `result()`."""

    def __init__(
        self,
        model: nn.Module,
        input_shape: Sequence[int],
        layer: str | None,
        units: Sequence[int],
        position: tuple[int, int] | None = None,
        normalization: Normalization = None,
        parameters: Any = None,
    ) -> None:
        self.settings = settings = chosen_of(visualization, parameters or {})
        one_image_input(model)
        if len(input_shape) != 3 or min(input_shape) < 1:
            raise ExplanationError(
                f"The network takes {shape_text(input_shape)}; pictures can be made of C×H×W."
            )
        channels, height, width = (int(size) for size in input_shape)
        self.step = self.count = 0  # steps taken; units that there are
        self._model, self._layer, self._position = model, layer, position
        self._starts = settings["starts"]
        like = as_batch(torch.zeros(1, 1), model)
        self._units = [unit for unit in units for _ in range(self._starts)]
        self._classes = torch.tensor(self._units, device=like.device)
        self._random = torch.Generator().manual_seed(settings["seed"])
        self._levels = Levels(normalization, like)
        kind = settings["parametrization"]
        shape = (channels, height, width)
        noise = torch.cat([noise_for(kind, shape, self._random) for _ in range(self._starts)])
        # All units begin with the same noise: the one's picture doesn't depend on the others'.
        every = noise.repeat(len(units), *[1] * (noise.ndim - 1))
        self._painting = Painting(every, (height, width), kind, like)
        self._adam = torch.optim.Adam([self._painting.numbers], settings["learning_rate"])
        self._plain, self._driven = seen_by(model, layer), driven(model, layer)
        self._curve: list[np.ndarray] = []
        self._asleep = torch.ones(len(self._units), dtype=torch.bool)
        with evaluating(model), torch.no_grad():
            self._check_goal(self._plain(self._seen(self._painting.levels())))
            self._before = self._own_values()

    def go_on(self, until: int, progress: Progress | None = None) -> None:
        """Takes steps up to this one. `progress` may raise, to end it; the work can go on later."""
        with evaluating(self._model), torch.enable_grad():
            while self.step < until:
                self._take_step()
                if progress is not None:
                    progress(self.step / until, f"step {self.step} of {until}")

    def result(self) -> Visualization:
        """What there is so far."""
        with evaluating(self._model), torch.no_grad():
            levels = self._painting.levels()
            values = self._own_values()
            chances = None
            if self._layer is None:
                given = as_probabilities(self._plain(self._seen(levels)))
                chances = given.gather(1, self._classes[:, None])[:, 0].cpu().numpy()
        curve = np.stack(self._curve) if self._curve else np.zeros((0, len(self._units)))
        return Visualization(
            levels=levels.float().cpu().numpy(),
            layer=self._layer,
            units=list(self._units),
            curve=curve.astype(np.float32),
            values=values,
            before=self._before,
            probabilities=chances,
            note=self._note(),
        )

    def _take_step(self) -> None:
        settings, count = self.settings, len(self._units)
        draws = torch.rand(self._starts, 4, generator=self._random) * 2 - 1
        draws = draws.repeat(count // self._starts, 1)
        levels = self._painting.levels()
        shown = shaken(
            levels, draws.to(levels), settings["jitter"], settings["scale"], settings["rotate"]
        )
        given = self._driven(self._seen(shown))
        values = self._of_units(given)
        goal = -values if settings["negative"] else values
        loss = (
            settings["tv"] * total_variation(levels) + settings["l2"] * distance_from_grey(levels)
        ).sum() - goal.sum()
        if settings["diversity"] and self._starts > 1:
            loss = loss + settings["diversity"] * sum(map(likeness, given.split(self._starts)))
        try:
            (gradient,) = torch.autograd.grad(loss, self._painting.numbers)
        except RuntimeError as error:
            raise ExplanationError(
                f"There is no gradient from {self._where} back to the image.",
                "A layer in between may not be differentiable. Choose an earlier layer.",
            ) from error
        self._asleep &= (gradient.flatten(1) == 0).all(dim=1).cpu()
        self._painting.numbers.grad = gradient
        self._adam.step()
        self._curve.append(values.detach().cpu().numpy())
        self.step += 1

    def _seen(self, levels: Tensor) -> Tensor:
        return self._levels.to_network(levels)

    def _own_values(self) -> np.ndarray:
        """(N,): what the images as they are excite."""
        given = self._of_units(self._plain(self._seen(self._painting.levels())))
        found: np.ndarray = given.detach().float().cpu().numpy()
        return found

    def _of_units(self, given: Tensor) -> Tensor:
        """(N,) of what the layer gives, (N, units, …), each image's own unit."""
        if self._layer is None:
            return log_odds(given, self._classes)
        own = given[torch.arange(len(self._units)), self._units]
        if self._position is not None:
            return own[:, self._position[0], self._position[1]]
        return own if own.ndim == 1 else own.flatten(1).mean(dim=1)

    def _check_goal(self, given: Tensor) -> None:
        """Raises ExplanationError for a unit or position that isn't there."""
        self.count = count = given.shape[1]
        what = "class" if self._layer is None else "unit"
        for unit in self._units:
            if not 0 <= unit < count:
                raise ExplanationError(
                    f"There is no {what} {unit}: {self._where} has {count}, counted from 0."
                )
        if self.settings["diversity"] and self._starts > 1 and given.ndim < 3:
            raise ExplanationError(
                f"{self._where} has no positions, so it can't tell how much alike pictures are.",
                "Leave diversity at 0, or choose a layer with positions (C×H×W).",
            )
        if self._position is None:
            return
        places = tuple(given.shape[2:])
        if len(places) != 2 or not all(
            0 <= at < size for at, size in zip(self._position, places, strict=True)
        ):
            has = f"{shape_text(places)} positions" if places else "no positions"
            raise ExplanationError(
                f"There is no position {self._position}: {self._where} has {has}."
            )

    @property
    def _where(self) -> str:
        return "the network's output" if self._layer is None else f"'{self._layer}'"

    def _note(self) -> str:
        if not self.step or not bool(self._asleep.any()):
            return ""
        asleep = sorted({u for u, still in zip(self._units, self._asleep, strict=True) if still})
        one = len(asleep) == 1
        return (
            f"Unit{'' if one else 's'} {', '.join(map(str, asleep))} of {self._where} gave no "
            f"gradient: {'it' if one else 'they'} may be dead, or silent for noise. Try another "
            "seed, or the layer before the activation."
        )
