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
    fused_on: str = "",
) -> Optimizer:
    """The chosen optimizer over these parameters or groups of them, with fused steps if it has
    them on the device type `fused_on`.

    RunError for a wrong kind or parameter.
    """
    declaration, arguments = optimizer_of(chosen)
    target = _loaded(declaration)
    if fused_on in declaration.fused:
        arguments["fused"] = True
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
    declaration, arguments = loss_of(chosen)
    if arguments.pop("balanced", False) and labels is not None:
        arguments["weight"] = balanced_weights(labels, classes)
    loss: torch.nn.Module = _loaded(declaration)(**arguments)
    return loss


def _loaded(declaration: Declared) -> Any:
    """A declaration's target."""
    module, name = declaration.target.rsplit(".", 1)
    return getattr(import_module(module), name)
