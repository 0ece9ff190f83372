"""Optimizers and losses made of their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import torch
from torch.optim import Optimizer

from cnnstudio.graph import Component, RunError
from cnnstudio.training.chosen import loss_of, optimizer_of
from cnnstudio.training.criteria import balanced_weights
from cnnstudio.training.declared import Declared

Group = dict[str, Any]  # of parameters that learn alike, as torch.optim takes it


def make_optimizer(
    chosen: Component,
    parameters: Iterable[torch.nn.Parameter] | Iterable[Group],
    learning_rate: float,
) -> Optimizer:
    """The chosen optimizer over these parameters or groups of them.

    RunError for a wrong kind or parameter.
    """
    target, arguments = _resolved(optimizer_of(chosen))
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
    target, arguments = _resolved(loss_of(chosen))
    if arguments.pop("balanced", False) and labels is not None:
        arguments["weight"] = balanced_weights(labels, classes)
    loss: torch.nn.Module = target(**arguments)
    return loss


def _resolved(found: tuple[Declared, dict[str, Any]]) -> tuple[Any, dict[str, Any]]:
    """A declaration's target, loaded, and its arguments."""
    declaration, arguments = found
    module, name = declaration.target.rsplit(".", 1)
    return getattr(import_module(module), name), arguments
