"""Optimizers and losses made of their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import torch
from torch.optim import Optimizer

from cnnstudio.graph import Component, ProblemError, RunError
from cnnstudio.training.declarations import Declared, losses, optimizers


def make_optimizer(
    chosen: Component, parameters: Iterable[torch.nn.Parameter], learning_rate: float
) -> Optimizer:
    """The chosen optimizer over these parameters; RunError for a wrong kind or parameter."""
    target, arguments = _resolved(optimizers, chosen, "optimizer")
    optimizer: Optimizer = target(parameters, lr=learning_rate, **arguments)
    return optimizer


def make_loss(chosen: Component) -> torch.nn.Module:
    """The chosen loss; RunError for a wrong kind or parameter."""
    target, arguments = _resolved(losses, chosen, "loss")
    loss: torch.nn.Module = target(**arguments)
    return loss


def _resolved(
    catalogue: dict[str, Declared], chosen: Component, what: str
) -> tuple[Any, dict[str, Any]]:
    declaration = catalogue.get(chosen.kind)
    if declaration is None:
        raise RunError(
            f"There is no {what} '{chosen.kind}'.", f"Choose one of: {', '.join(catalogue)}."
        )
    try:
        arguments = declaration.arguments(chosen.parameters)
    except ProblemError as error:
        raise RunError(f"The {what} {chosen.kind}: {error.message}", error.hint) from None
    module, name = declaration.target.rsplit(".", 1)
    return getattr(import_module(module), name), arguments
