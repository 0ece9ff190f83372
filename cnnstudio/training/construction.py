"""Optimizers and losses made of their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import torch
from torch.optim import Optimizer

from cnnstudio.graph import Component, ProblemError, RunError
from cnnstudio.training.criteria import balanced_weights
from cnnstudio.training.declared import Declared
from cnnstudio.training.losses import losses
from cnnstudio.training.optimizers import REFUSED, optimizers
from cnnstudio.training.schedules import schedules

Group = dict[str, Any]  # of parameters that learn alike, as torch.optim takes it


def make_optimizer(
    chosen: Component,
    parameters: Iterable[torch.nn.Parameter] | Iterable[Group],
    learning_rate: float,
) -> Optimizer:
    """The chosen optimizer over these parameters or groups of them.

    RunError for a wrong kind or parameter.
    """
    if chosen.kind in REFUSED:
        raise RunError(
            f"{chosen.kind} is not for training in batches. {REFUSED[chosen.kind]}",
            "Choose AdamW or SGD.",
        )
    target, arguments = _resolved(optimizers, chosen, "optimizer")
    try:
        optimizer: Optimizer = target(parameters, lr=learning_rate, **arguments)
    except ValueError as error:
        raise RunError(f"The optimizer {chosen.kind}: {error}.") from None
    return optimizer


def make_loss(
    chosen: Component, labels: torch.Tensor | None = None, classes: int = 0
) -> torch.nn.Module:
    """The chosen loss; RunError for a wrong kind or parameter.

    `labels` (N) of the training samples and the number of `classes` are what balanced classes are
    weighed by.
    """
    target, arguments = _resolved(losses, chosen, "loss")
    if arguments.pop("balanced", False) and labels is not None:
        arguments["weight"] = balanced_weights(labels, classes)
    loss: torch.nn.Module = target(**arguments)
    return loss


def check_schedule(chosen: Component) -> None:
    """Raises RunError for a schedule of a wrong kind or with a wrong parameter."""
    _declared(schedules, chosen, "schedule")


def _resolved(
    catalogue: dict[str, Declared], chosen: Component, what: str
) -> tuple[Any, dict[str, Any]]:
    declaration, arguments = _declared(catalogue, chosen, what)
    module, name = declaration.target.rsplit(".", 1)
    return getattr(import_module(module), name), arguments


def _declared(
    catalogue: dict[str, Declared], chosen: Component, what: str
) -> tuple[Declared, dict[str, Any]]:
    declaration = catalogue.get(chosen.kind)
    if declaration is None:
        raise RunError(
            f"There is no {what} '{chosen.kind}'.", f"Choose one of: {', '.join(catalogue)}."
        )
    try:
        return declaration, declaration.arguments(chosen.parameters)
    except ProblemError as error:
        raise RunError(f"The {what} {chosen.kind}: {error.message}", error.hint) from None
