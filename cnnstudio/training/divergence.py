"""Where the first number that is none comes from: the data, a layer, a gradient or an update."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, fx

from cnnstudio.compiler.running import Watcher, names_by_node
from cnnstudio.training.mixed_labels import Truth
from cnnstudio.training.preparation import Preparation

Where = Literal["data", "weights", "forward", "loss", "gradient", "update"]


@dataclass(frozen=True)
class Origin:
    """The `step`, from 1, in which it came up; where in the step, and at which node."""

    step: int
    where: Where
    node: str | None = None

    @property
    def sentence(self) -> str:
        node = f" of '{self.node}'" if self.node else ""
        told = {
            "data": "The images themselves hold a number that is none",
            "weights": f"The weights{node} are no numbers",
            "forward": f"The first number that is none is the output{node}",
            "loss": "Each layer gave numbers, but the loss is none",
            "gradient": f"The first number that is none is the gradient{node}",
            "update": f"The update of the weights{node} led beyond all numbers",
        }
        return f"{told[self.where]} in step {self.step:,}."


def examine(
    ready: Preparation,
    images: Tensor,
    truth: Truth,
    update: Callable[[Tensor], object],
    step: int,
) -> Origin | None:
    """Does a step (counted from 1) with an eye on each number; None if all are finite.

    `update` takes the batch's loss, as the run does: backward, and a step of the optimizer.
    """
    model = ready.model
    if not bool(images.isfinite().all()):
        return Origin(step, "data")
    found = _first_weight(model, lambda weight: weight)
    if found is not None:
        return Origin(step, "weights", found)
    if not isinstance(model, fx.GraphModule):
        return None
    watched = _Watched(model)
    loss, _ = replace(ready, forward=watched).loss(images, truth)
    if watched.first is not None:
        return Origin(step, "forward", watched.first)
    if not bool(loss.isfinite()):
        return Origin(step, "loss")
    update(loss)
    moved = _first_weight(model, lambda weight: weight)
    if moved is None:  # a scaler leaves out a step whose gradient overflowed
        return None
    if watched.first_gradient is not None:
        return Origin(step, "gradient", watched.node_before(watched.first_gradient))
    found = _first_weight(model, lambda weight: weight.grad)
    return Origin(step, "update", moved) if found is None else Origin(step, "gradient", found)


def examine_evaluation(
    model: torch.nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    step: int,
    autocast: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Origin | None:
    """Where the first number that is none comes from when the model, after this step, is shown
    these images in evaluation mode."""
    found = _first_weight(model, lambda weight: weight)
    if found is not None:
        return Origin(step, "weights", found)
    if not isinstance(model, fx.GraphModule):
        return None
    watched = _Watched(model.eval())
    with torch.no_grad(), autocast():
        for images, _ in batches:
            if not bool(images.isfinite().all()):
                return Origin(step, "data")
            watched(images)
            if watched.first is not None:
                return Origin(step, "forward", watched.first)
    return Origin(step, "loss")


class _Watched(torch.nn.Module):
    """Computes what the model does, and remembers the first node whose output is not finite, and
    the first, on the way back, to whose output a gradient comes that is not."""

    def __init__(self, model: fx.GraphModule) -> None:
        super().__init__()
        self.first: str | None = None
        self.first_gradient: str | None = None
        self._model = [model]  # in a list, so that it is no part of this module
        self._finite: set[str] = set()

    def forward(self, images: Tensor) -> Any:
        return Watcher(self._model[0], self._see).run(images)

    def node_before(self, name: str) -> str | None:
        """The node that gave the gradient to this one's output: of those that take it, the one
        to whose own output a finite gradient came; None if the loss takes it."""
        model = self._model[0]
        names = {own: paths[0] for own, paths in names_by_node(model).items()}
        takers = [
            names[user.name]
            for node in model.graph.nodes
            if names.get(node.name) == name
            for user in node.users
            if user.name in names
        ]
        return next((taker for taker in takers if taker in self._finite), None)

    def _see(self, name: str, value: Tensor) -> None:
        if self.first is None and not bool(value.isfinite().all()):
            self.first = name
        if value.requires_grad:
            value.register_hook(lambda gradient: self._see_gradient(name, gradient))

    def _see_gradient(self, name: str, gradient: Tensor) -> None:
        if bool(gradient.isfinite().all()):
            self._finite.add(name)
        elif self.first_gradient is None:
            self.first_gradient = name


def _first_weight(
    model: torch.nn.Module, of: Callable[[torch.nn.Parameter], Tensor | None]
) -> str | None:
    """The layer of the first weight of which this is not finite."""
    for name, weight in model.named_parameters():
        value = of(weight)
        if value is not None and not bool(value.isfinite().all()):
            return name.rpartition(".")[0] or name
    return None
