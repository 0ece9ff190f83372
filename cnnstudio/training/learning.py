"""How each weight learns: what the nodes say of it, as the optimizer's parameter groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from cnnstudio.compiler.trace import trace
from cnnstudio.graph import Learning, Project
from cnnstudio.training.construction import Group

PLAIN = Learning()


@dataclass(frozen=True)
class Learners:
    """How the layers of a network learn, by the path of their module; plain ones are left out."""

    by_path: Mapping[str, Learning] = field(default_factory=dict)

    def of(self, name: str) -> Learning:
        """How the weight of this name learns."""
        path = name
        while path:
            if path in self.by_path:
                return self.by_path[path]
            path = path.rpartition(".")[0]
        return PLAIN

    def freeze(self, model: nn.Module) -> None:
        """Keeps frozen layers as they are, their running statistics too. To be called again after
        each `model.train()`."""
        for name, weight in model.named_parameters():
            weight.requires_grad_(weight.requires_grad and not self.of(name).frozen)
        for name, module in model.named_modules():
            if self.of(name).frozen:
                module.eval()

    def groups(self, model: nn.Module, learning_rate: float, decay_all: bool) -> list[Group]:
        """The weights that learn, those that learn alike together, the plain ones first."""
        alike: dict[tuple[float, float | None], list[torch.nn.Parameter]] = {(1.0, None): []}
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                learning = self.of(name)
                spared = not decay_all and weight.ndim <= 1 and learning.decay is None
                decay = 0.0 if spared else learning.decay
                alike.setdefault((learning.rate, decay), []).append(weight)
        return list(_groups(alike, learning_rate))

    def penalties(self, model: nn.Module, l1: float) -> Iterator[tuple[nn.Parameter, float]]:
        """The weights with an L1 penalty, and how large it is; `l1` is the run's. Biases and norms
        are left alone."""
        for name, weight in model.named_parameters():
            own = self.of(name).l1
            penalty = l1 if own is None else own
            if weight.requires_grad and weight.ndim > 1 and penalty > 0:
                yield weight, penalty


def learners(project: Project) -> Learners:
    """How the project's layers learn: what a node says, and the blocks that it stands in."""
    found = trace(project)
    blocks = [(use.path, use.node.learning) for use in found.uses.values() if use.node is not None]
    by_path: dict[str, Learning] = {}
    for step in found.steps.values():
        if step.path != step.module:
            continue  # the node whose weights it uses decides
        learning = step.node.learning or PLAIN
        for path, outer in blocks:
            if outer is not None and step.path.startswith(f"{path}."):
                learning = learning.within(outer)
        if learning != PLAIN:
            by_path[step.path] = learning
    return Learners(by_path)


def _groups(
    alike: Mapping[tuple[float, float | None], list[torch.nn.Parameter]], learning_rate: float
) -> Iterator[Group]:
    for (rate, decay), weights in alike.items():
        if weights:
            group: Group = {"params": weights, "lr": learning_rate * rate}
            if decay is not None:
                group["weight_decay"] = decay
            yield group
