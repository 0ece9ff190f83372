"""Muon for matrices and AdamW for all else, as one optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import AdamW, Muon, Optimizer


class MuonWithAdamW(Optimizer):
    """torch.optim.Muon takes nothing but matrices; biases, kernels and norms go to torch's AdamW.

    The learning rate serves both: Muon's steps are scaled to the size of AdamW's
    (`match_rms_adamw`, https://arxiv.org/abs/2502.16982). `weight_decay` is decoupled in both.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})
        given, self.param_groups = self.param_groups, []
        matrices = [_only(group, lambda weight: weight.ndim == 2) for group in given]
        others = [_only(group, lambda weight: weight.ndim != 2) for group in given]
        self._parts: list[Optimizer] = []
        if groups := [group for group in matrices if group["params"]]:
            self._parts.append(
                Muon(groups, lr, weight_decay, momentum, nesterov, adjust_lr_fn="match_rms_adamw")
            )
        if groups := [group for group in others if group["params"]]:
            self._parts.append(AdamW(groups, lr, weight_decay=weight_decay))
        self._join()

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part in self._parts:
            part.step()
        return loss

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict(state_dict)
        groups = iter(self.param_groups)
        for part in self._parts:
            part.param_groups = [next(groups) for _ in part.param_groups]
        self._join()

    def _join(self) -> None:
        """Lets the parts and the whole share groups and state."""
        self.param_groups = [group for part in self._parts for group in part.param_groups]
        for part in self._parts:
            part.state = self.state


def _only(group: dict[str, Any], wanted: Callable[[Tensor], bool]) -> dict[str, Any]:
    return {**group, "params": [weight for weight in group["params"] if wanted(weight)]}
