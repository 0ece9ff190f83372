"""What goes on in each layer while it learns: gradients, updates, units that give nothing.

Measured seldom, and so that the run's numbers stay as they are: the gradients and weights are read
around a step of the optimizer, the activations by the network in evaluation mode afterwards.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, fx
from torch.optim import Optimizer

from cnnstudio.compiler.running import Watcher
from cnnstudio.compiler.trace import trace
from cnnstudio.training.histogram_recorder import HistogramRecorder
from cnnstudio.training.memory_in_use import MemoryInUse
from cnnstudio.training.preparation import Preparation

# The first measurement takes up to a step's time, so it has to wait for so many.
FIRST_STEPS = 40
# From one measurement to the next, at least; and so long that measuring takes at most this share
# of the time, and that a long run's events stay few.
LEAST_SECONDS = 2.0
# With what histograms take in between, and the first measurement of a short run, a hundredth.
LARGEST_SHARE = 0.006
RUN_SHARE = 1 / 200
MOST_IMAGES = 64

# Kinds that give exactly 0 for all that is negative: a unit that always does learns no more.
ZEROING = {"ReLU", "ReLU6"}
# Kinds whose output has two ends, where it hardly moves: the gradient there is almost 0.
RANGES = {
    "Sigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0), "Hardsigmoid": (0.0, 1.0), "Hardtanh": (-1.0, 1.0),
}  # fmt: skip
END_SHARE = 0.01  # of the range, at each end

Numbers = dict[str, dict[str, float | None]]


class LayerNumbers:
    """Measures a step now and then; `take` hands out what was found.

    By node, in the order of computation: `gradient` (2-norm, before it was clipped), `weight`
    (2-norm), `update` (how far the step went, as a share of `weight`), `dead` (share of units that
    gave 0 for each image of the batch), `saturated` (share of outputs at an end of their range).
    `gradient_norm` tells the whole gradient's norm before it was clipped. What is measured is
    shown to `histograms` too.
    """

    def __init__(
        self,
        ready: Preparation,
        gradient_norm: Callable[[], float],
        histograms: HistogramRecorder | None = None,
    ) -> None:
        self._ready = ready
        self._gradient_norm = gradient_norm
        self._histograms = histograms
        self._draws = False  # whether this step's weights and gradients are to be in histograms
        steps = trace(ready.project).used
        self._place = {step.path: number for number, step in enumerate(steps)}
        self._nodes = _weights_by_node(ready, {step.module for step in steps})
        self._weights = [weight for weights in self._nodes.values() for weight in weights.values()]
        self._watched = {
            step.path: step.node.kind for step in steps if step.node.kind in ZEROING | RANGES.keys()
        }
        self._memory = MemoryInUse(ready.device)
        self._begun = time.monotonic()
        self._steps = 0
        self._due = float("-inf")
        self._cost = 0.0  # seconds of the measurement that is going on
        self._gradients: list[float] = []
        self._before: list[Tensor] = []
        self._found: Numbers | None = None
        # Of several processes the one that leads measures; not where each has a share of a weight.
        shared = any(hasattr(weight, "full_tensor") for weight in self._weights)
        self._measures = ready.processes.leads and not shared
        if self._measures:
            ready.optimizer.register_step_pre_hook(self._look_before)
            ready.optimizer.register_step_post_hook(self._look_after)

    def begin(self, step: int, epoch: int) -> None:
        """Takes down how the weights are spread before the first step of a run."""
        if self._histograms is None or not self._measures:
            return
        self._histograms.begin(step)
        if step == 0:
            self._see_weights(self._histograms)
            self._histograms.write(step, epoch)

    def take(self, images: Tensor, step: int, epoch: int) -> dict[str, Any] | None:
        """The last step's numbers, if it was measured; `images` (N, …) are those of its batch.
        Histograms are written as of this step and epoch: those of weights and gradients, which cost
        little, more often."""
        if self._found is None:
            self._write_histograms(step, epoch)
            return None
        begun = time.monotonic()
        numbers, self._found = self._found, None
        for node, shares in self._activations(images[:MOST_IMAGES]).items():
            numbers.setdefault(node, {}).update(shares)
        self._write_histograms(step, epoch)
        ordered = sorted(numbers, key=lambda path: self._place.get(path, len(self._place)))
        told: dict[str, Any] = {"layers": {path: _short(numbers[path]) for path in ordered}}
        now = time.monotonic()
        self._cost += now - begun
        lasted = now - self._begun
        self._due = now + max(LEAST_SECONDS, self._cost / LARGEST_SHARE, lasted * RUN_SHARE)
        return told | self._memory.facts()

    def _look_before(self, optimizer: Optimizer, *_: Any) -> None:
        begun = time.monotonic()
        self._steps += 1
        if self._steps <= FIRST_STEPS or self._found is not None:
            return
        measures = begun >= self._due
        self._draws = self._histograms is not None and self._histograms.is_due(measures)
        if self._draws and self._histograms is not None:
            self._histograms.forget()
            for node, parameter, weight in self._named_weights():
                if weight.grad is not None:
                    self._histograms.see(node, "gradients", weight.grad, parameter)
        if not measures:
            return
        self._gradients = _norms([_gradient(weight) for weight in self._weights])
        self._before = [weight.detach().clone() for weight in self._weights]
        self._cost = time.monotonic() - begun

    def _look_after(self, optimizer: Optimizer, *_: Any) -> None:
        if not self._before:
            return
        begun = time.monotonic()
        weights = _norms(self._before)
        torch._foreach_sub_(self._before, [weight.detach() for weight in self._weights])
        steps = _norms(self._before)
        self._before = []
        clipped = math.hypot(*self._gradients)
        whole = self._gradient_norm()
        lengthened = whole / clipped if clipped > 0 else 1.0
        found: Numbers = {}
        first = 0
        for node, own in self._nodes.items():
            part = slice(first, first + len(own))
            first += len(own)
            weight, step = math.hypot(*weights[part]), math.hypot(*steps[part])
            found[node] = {
                "gradient": lengthened * math.hypot(*self._gradients[part]),
                "weight": weight,
                "update": step / weight if weight > 0 else None,
            }
        self._found = found
        self._cost += time.monotonic() - begun

    def _activations(self, images: Tensor) -> Numbers:
        model = self._ready.model
        draws = self._histograms if self._draws else None
        if not (self._watched or draws) or not isinstance(model, fx.GraphModule):
            return {}
        found: Numbers = {}

        def see(path: str, value: Tensor) -> None:
            if draws is not None and path in self._place:
                draws.see(path, "activations", value)
            kind = self._watched.get(path)
            if kind in ZEROING and value.ndim > 1:
                found[path] = {"dead": _share_of_dead(value)}
            elif kind in RANGES:
                found[path] = {"saturated": _share_at_ends(value, *RANGES[kind])}

        model.eval()
        with torch.no_grad():
            Watcher(model, see).run(images)
        self._ready.begin_training()
        return found

    def _named_weights(self) -> Iterator[tuple[str, str, Tensor]]:
        """Node, parameter and weight."""
        for node, weights in self._nodes.items():
            for parameter, weight in weights.items():
                yield node, parameter, weight

    def _write_histograms(self, step: int, epoch: int) -> None:
        if self._draws and self._histograms is not None:
            self._draws = False
            self._see_weights(self._histograms)
            self._histograms.write(step, epoch)

    def _see_weights(self, histograms: HistogramRecorder) -> None:
        for node, parameter, weight in self._named_weights():
            histograms.see(node, "weights", weight, parameter)


def _weights_by_node(ready: Preparation, paths: set[str]) -> dict[str, dict[str, Tensor]]:
    """The weights that learn, by the path of the node that they are of, and by their name in it."""
    learning = {id(w) for group in ready.optimizer.param_groups for w in group["params"]}
    found: dict[str, dict[str, Tensor]] = {}
    for name, weight in ready.model.named_parameters():
        path = name.rpartition(".")[0]
        while path and path not in paths:
            path = path.rpartition(".")[0]
        if id(weight) in learning:
            inside = name.removeprefix(f"{path}.") if path else name.rpartition(".")[2]
            found.setdefault(path or name, {})[inside] = weight
    return found


def _gradient(weight: Tensor) -> Tensor:
    return torch.zeros_like(weight) if weight.grad is None else weight.grad


def _norms(tensors: list[Tensor]) -> list[float]:
    norms: list[float] = torch.stack(torch._foreach_norm(tensors)).tolist()
    return norms


def _share_of_dead(value: Tensor) -> float:
    """Of the units, which are dimension 1 of (N, units, …), those that are 0 everywhere."""
    others = [dimension for dimension in range(value.ndim) if dimension != 1]
    return float((value.abs().amax(others) == 0).float().mean())


def _share_at_ends(value: Tensor, low: float, high: float) -> float:
    room = END_SHARE * (high - low)
    return float(((value < low + room) | (value > high - room)).float().mean())


def _short(numbers: dict[str, float | None]) -> dict[str, float | None]:
    """Four digits are more than is seen; what is not finite is None."""
    return {
        name: float(f"{value:.4g}") if value is not None and math.isfinite(value) else None
        for name, value in numbers.items()
    }
