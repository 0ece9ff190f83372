"""The trainer's part: it looks at the wished images between steps, and so seldom that it is cheap.

A look runs the network in evaluation mode and leaves everything as it was: weights, their
gradients, running statistics and random numbers. So a run's numbers are the same to the bit,
watched or not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx

from cnnstudio.graph import DataError
from cnnstudio.training.answers import answers, as_probabilities
from cnnstudio.training.living.look import Look, NodeLook, Probe, write_look
from cnnstudio.training.living.thumbnails import node_looks
from cnnstudio.training.living.wish import Watched, Wish
from cnnstudio.training.preparation import Preparation
from cnnstudio.training.rundir import RunDirectory

# Of the time that this thread works. Not of the clock's: on a busy machine the one look that is
# interrupted would keep the next ones waiting.
LARGEST_SHARE = 0.015
LEAST_SECONDS = 0.1  # between two looks: more are not seen
SAVED_SECONDS = 0.02  # of looking that may be saved up
GRADIENTS_EVERY = 3  # looks: going back through the network takes twice the way there


class Living:
    """Looks when somebody watches and it may; `note` is told, once, why it can't."""

    def __init__(
        self, ready: Preparation, run: RunDirectory, note: Callable[[str], object]
    ) -> None:
        self._ready = ready
        self._folder = run.snapshot_folder
        self._watched = Watched(run)
        self._note = note
        self._wish: Wish | None = None
        self._images = torch.empty(0)
        self._labels: list[int] = []
        self._probes: tuple[Probe, ...] = ()
        self._gradients: Mapping[str, NodeLook] = {}
        self._looks = 0
        self._back = False  # whether the last look was with gradients
        self._saved = 0.0  # seconds of looking that may be spent
        self._counted = time.thread_time()
        self._last = float("-inf")
        self._known: set[bool] = set()  # kinds of looks that were taken: with gradients or not
        self._off = not isinstance(ready.model, fx.GraphModule)

    def look(self, step: int, epoch: int) -> None:
        """Looks, if it is wished for and time. `step` counts finished ones, `epoch` from 1."""
        if self._off:
            return
        wish = self._watched.wish()
        if wish is None:
            self._wish = None
            return
        now, worked = time.monotonic(), time.thread_time()
        self._saved = min(self._saved + LARGEST_SHARE * (worked - self._counted), SAVED_SECONDS)
        self._counted = worked
        new = wish != self._wish
        # Another wish is answered at once, and paid for afterwards.
        if now - self._last < LEAST_SECONDS or (self._saved < 0 and not new):
            return
        self._last = now
        try:
            if new:
                self._take(wish)
            write_look(self._folder, self._found(wish, step, epoch))
        except DataError as error:
            self._give_up(f"The chosen images can't be read: {error.message}")
        except OSError as error:
            self._give_up(f"{self._folder} can't be written: {error.strerror or error}.")
        except (RuntimeError, TypeError) as error:
            # Of somebody's own layer, perhaps: no reason to end a training.
            self._give_up(f"The network can't be watched: {str(error).strip()[:300]}")
        cost = time.thread_time() - worked
        self._counted += cost
        if self._back in self._known:  # the first takes much longer, and once
            self._saved -= cost
        self._known.add(self._back)

    def _give_up(self, reason: str) -> None:
        self._off = True
        self._note(f"No live feature maps. {reason}")

    def _take(self, wish: Wish) -> None:
        """Fetches the wished images; those that aren't there are left out."""
        if self._wish is None or wish.probes != self._wish.probes:
            splits = self._ready.splits
            parts = {name: getattr(splits, name) for name in ("train", "validation", "test")}
            probes, images = [], []
            for split, index in wish.probes:
                samples = parts.get(split)
                if samples is None or not 0 <= index < len(samples):
                    continue
                image = samples.batch([index])[0]
                images.append(image)
                probes.append(
                    Probe(split, index, splits.preparation.shown(image), int(samples.labels[index]),
                          samples.name(index))
                )  # fmt: skip
            self._probes = tuple(probes)
            self._labels = [probe.label for probe in probes if probe.label is not None]
            self._images = torch.from_numpy(np.array(images)).to(self._ready.device)
        self._wish, self._looks, self._gradients = wish, 0, {}

    def _found(self, wish: Wish, step: int, epoch: int) -> Look:
        facts = {"step": step, "epoch": epoch, "time": time.time()}
        if not self._probes:
            return Look({}, (), None, facts)
        ready = self._ready
        model, device = ready.model, ready.device
        assert isinstance(model, fx.GraphModule)
        self._back = back = wish.gradients and self._looks % GRADIENTS_EVERY == 0
        self._looks += 1
        labels = torch.tensor(self._labels, device=device)

        def loss(result: Any, number: int) -> Tensor:
            part = slice(number, number + 1)
            scores = [output[part].float() for output in answers(result)]
            return ready.objective(scores, labels[part])

        model.eval()
        try:
            with torch.random.fork_rng([device] if device.type == "cuda" else []):
                nodes, result = node_looks(
                    model, self._images, wish.count, wish.size, loss if back else None
                )
        finally:
            ready.begin_training()
        if back:
            self._gradients = nodes
        elif wish.gradients:
            nodes = {
                name: _with_gradient_of(node, self._gradients.get(name))
                for name, node in nodes.items()
            }
        return Look(nodes, self._probes, chances(answers(result)[0]), facts)


def _with_gradient_of(node: NodeLook, before: NodeLook | None) -> NodeLook:
    if before is None:
        return node
    return replace(
        node, gradient=before.gradient, gradient_maps=before.gradient_maps,
        gradient_values=before.gradient_values,
    )  # fmt: skip


def chances(scores: Any) -> np.ndarray | None:
    """float32 (P, classes) of what a network gives; None if that is no score for each class."""
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        return None
    found: np.ndarray = as_probabilities(scores.float()).cpu().numpy()
    return found
