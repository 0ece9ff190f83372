"""The weights of a layer, arranged as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.weights.arranging import Arranged, arranged
from cnnstudio.interpret.weights.finding import Found, found_at, parameters_of

Form = Literal["maps", "matrix", "vector"]
View = str | int
COLOUR, MEAN, PRINCIPAL = "colour", "mean", "principal"
VIEWS = (COLOUR, MEAN, PRINCIPAL)


@dataclass(frozen=True, eq=False)
class Filters:
    """One parameter of a layer. `weights`, float32, are

    - of `maps` (units, inputs, depth, h, w): for each output channel a kernel over each channel
      that it reads, `reads` (units, inputs) naming which; depth is 1 but for kernels in space and
      time. A layer behind a flattened map is such a kernel too, as large as the map.
    - of a `matrix` (units, inputs), of a `vector` (units,).

    `in_colour` says that the three inputs are an image's red, green and blue. `note` is a sentence
    on how to read the pictures; `parameters` are the layer's others.
    """

    layer: str
    kind: str
    parameter: str
    parameters: tuple[str, ...]
    form: Form
    weights: np.ndarray
    reads: np.ndarray | None = None
    in_colour: bool = False
    note: str = ""

    @property
    def units(self) -> int:
        return len(self.weights)

    @property
    def inputs(self) -> int:
        """How many channels a unit reads."""
        return 1 if self.form == "vector" else self.weights.shape[1]

    @property
    def depth(self) -> int:
        return self.weights.shape[2] if self.form == "maps" else 1

    @property
    def views(self) -> tuple[View, ...]:
        """What `pictures` can show, the best first: "colour", "mean" and "principal" over the
        inputs, then the number of an input. Of a matrix or vector there is one picture."""
        if self.form != "maps":
            return ()
        over_all: tuple[View, ...] = (MEAN, PRINCIPAL) if self.inputs > 1 else ()
        single = tuple(range(self.inputs))
        if self.in_colour:
            return COLOUR, *over_all, *single
        return (*over_all, *single)

    def pictures(
        self, view: View | None = None, depth: int = 0, units: Sequence[int] | None = None
    ) -> np.ndarray:
        """Weights as pictures, float32: (units, h, w), in colour (units, h, w, 3); of a matrix or
        vector one, (1, units, inputs) or (1, 1, units).

        `view` is one of `views`, the first if None; `units` are those to show, all if None. A
        principal picture is the one pattern that explains most of a unit's kernels: their first
        right singular vector, as long as its singular value, signed as their mean.

        Raises ExplanationError for a view, depth or unit that there isn't.
        """
        if self.form != "maps":
            return self.weights.reshape(1, -1, self.weights.shape[-1])
        view = self._checked(view, depth)
        shown = np.arange(self.units) if units is None else np.asarray(units, int)
        if len(shown) and not 0 <= shown.min() <= shown.max() < self.units:
            raise ExplanationError(
                f"'{self.layer}' has no such filter.", f"It has 0 to {self.units - 1}."
            )
        kernels = self.weights[shown, :, depth]  # (units, inputs, h, w)
        if view == COLOUR:
            return kernels.transpose(0, 2, 3, 1)
        if view == MEAN:
            return kernels.mean(1)
        if view == PRINCIPAL:
            return principal(kernels)
        return kernels[:, int(view)]

    def explained(self, depth: int = 0) -> np.ndarray:
        """How much of each unit's kernels its principal picture explains, as a share of the sum of
        their squares, (units,)."""
        if self.form != "maps":
            return np.ones(self.units, np.float32)
        kernels = self.weights[:, :, depth]
        whole = (kernels**2).sum((1, 2, 3))
        part = (principal(kernels) ** 2).sum((1, 2))
        return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)

    def _checked(self, view: View | None, depth: int) -> View:
        if view is None:
            view = self.views[0]
        if isinstance(view, str) and view.isdigit():
            view = int(view)
        if view not in self.views:
            named = [one for one in self.views if isinstance(one, str)]
            inputs = f"an input from 0 to {self.inputs - 1}"
            raise ExplanationError(
                f"The filters of '{self.layer}' can't be shown as '{view}'.",
                f"There are: {', '.join([*named, inputs])}.",
            )
        if not 0 <= depth < self.depth:
            raise ExplanationError(
                f"The kernels of '{self.layer}' have no slice {depth}.",
                f"They have 0 to {self.depth - 1}.",
            )
        return view


def filters(model: nn.Module, layer: str, parameter: str | None = None) -> Filters:
    """The weights of any layer of a network, as pictures.

    Works for convolutions of each kind, linear layers (as pictures where a map is flattened before
    them), attention, embeddings, recurrent and normalising layers; in blocks by path; `parameter`
    is its weight unless another one is named. `.pictures()` are arrays to show, `.statistics()` of
    `cs.filter_statistics` tell each filter's size.

    Raises ExplanationError for a layer or parameter that there isn't, or without weights.
    """
    found = found_at(model, layer)
    there = parameters_of(found)
    if parameter is None:
        parameter = next(iter(there))
    if parameter not in there:
        raise ExplanationError(
            f"'{layer}' has no weights named '{parameter}'.", f"It has: {', '.join(there)}."
        )
    return _filters(found, tuple(there), parameter, there[parameter])


def _filters(found: Found, names: tuple[str, ...], parameter: str, values: torch.Tensor) -> Filters:
    kind = type(found.module).__name__
    one: Arranged = arranged(found, parameter, values.detach().float().cpu().numpy())
    form: Form = {5: "maps", 2: "matrix"}.get(one.weights.ndim, "vector")  # type: ignore[assignment]
    return Filters(
        found.layer, kind, parameter, names, form,
        np.ascontiguousarray(one.weights, np.float32), one.reads, one.in_colour, one.note,
    )  # fmt: skip


def principal(kernels: np.ndarray) -> np.ndarray:
    """The principal picture (units, h, w) of kernels (units, inputs, h, w)."""
    units, inputs, height, width = kernels.shape
    flat = kernels.reshape(units, inputs, height * width).astype(np.float64)
    # The smaller of the two Gram matrices: units may be thousands, and an SVD of each slow.
    if inputs < height * width:
        values, vectors = np.linalg.eigh(flat @ flat.transpose(0, 2, 1))
        found = np.einsum("ui,uip->up", vectors[:, :, -1], flat)
    else:
        values, vectors = np.linalg.eigh(flat.transpose(0, 2, 1) @ flat)
        found = vectors[:, :, -1] * np.sqrt(values[:, -1:].clip(0))
    along = (found * flat.mean(1)).sum(1, keepdims=True)
    return (found * np.where(along < 0, -1, 1)).reshape(units, height, width).astype(np.float32)
