"""Feature maps in an order, and what is known of one unit, as figures and as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.feature_maps import feature_maps
from cnnstudio.interpret.figures.colour import coloured, scaled
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.making import maps_figure
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import Reference, Subject
from cnnstudio.interpret.units.importance import importance
from cnnstudio.interpret.units.order import SORTS, order_by
from cnnstudio.interpret.units.scan import scan
from cnnstudio.interpret.units.unit import Unit

TELLS_APART = 0.1  # below this selectivity a unit has no favourite class


@dataclass(frozen=True)
class SortedMaps:
    """`maps` float32 (C, h, w) of a layer for an image, the units in the `order` that `values` (C,)
    give, None for that of their index; `about` tells what was sorted by."""

    maps: np.ndarray
    order: list[int]
    values: np.ndarray | None
    about: str


def sorted_maps(
    subject: Subject,
    image: Reference,
    layer: str,
    sort: str = "index",
    target: str | None = None,
    split: str = "test",
    samples: int = 1000,
    progress: Progress | None = None,
) -> SortedMaps:
    """`sort` is one of `SORTS`. "selectivity" scans `samples` of a split; "importance" is for the
    class `target`, the predicted one if None. ExplanationError for a vector."""
    if sort not in SORTS:
        raise ExplanationError(
            f"Units can't be sorted by '{sort}'.", f"Choose one of: {', '.join(SORTS)}."
        )
    node = subject.node(layer)
    batch = torch.from_numpy(subject.images(image))
    maps = feature_maps(subject.model, batch, node)[node][0].astype(np.float32)
    if maps.ndim not in (2, 3):
        raise ExplanationError(
            f"'{layer}' gives a vector of {len(maps)} values, not maps.",
            "Choose a layer before the positions are lost.",
        )
    values: np.ndarray | None = None
    about = "by index"
    if sort == "mean":
        values = maps.reshape(len(maps), -1).mean(axis=1)
        about = "by mean activation"
    elif sort == "selectivity":
        found = scan(subject, layer, split, samples, progress)
        values, about = found.selectivity, f"by class selectivity ({found.samples} {split} images)"
    elif sort == "importance":
        classes = probabilities(subject.model, batch).shape[1]
        number = None if target is None else subject.class_number(target, classes)
        known = importance(subject.model, batch, node, number)
        values = known.values[0]
        about = f"by importance for {subject.class_names(classes)[known.targets[0]]}"
    return SortedMaps(maps, order_by(values, len(maps)), values, about)


def sorted_figure(
    found: SortedMaps, layer: str, common: bool, colour_map: str, limit: int, image: str
) -> Figure:
    """A mosaic of the first `limit` units."""
    caption = f"Feature maps of {layer}, {found.about}; {image}."
    return maps_figure(
        found.maps, found.order[:limit], common=common, colour_map=colour_map, caption=caption,
        name=f"{layer}-maps",
    )  # fmt: skip


def unit_facts(
    unit: Unit, split: str, samples: int, count: int, progress: Progress | None = None
) -> dict[str, Any]:
    """What is known of a unit, as JSON; "positions" is 0 for a unit of a vector."""
    examples = unit.top(split, samples, count, progress)
    found = unit.scan(split, samples)
    names = unit.subject.class_names(len(unit.subject.splits.classes))
    middle = unit.field()
    kernel = unit.kernel
    return {
        "layer": unit.layer,
        "unit": unit.number,
        "positions": found.top_positions.shape[2],
        "field": [middle.bottom - middle.top, middle.right - middle.left],
        "mean": float(found.means[unit.number]),
        "selectivity": float(found.selectivity[unit.number]),
        "favourite": names[int(found.favourites[unit.number])],
        "scanned": found.samples,
        "filter": None
        if kernel is None
        else {"layer": kernel.layer, "shape": list(kernel.weights.shape), "bias": kernel.bias},
        "top": [
            {
                "image": f"{one.split}:{one.index}",
                "class": "" if one.picture.label is None else names[one.picture.label],
                "value": one.value,
                "position": list(one.position),
                "box": [one.box.top, one.box.left, one.box.bottom, one.box.right],
            }
            for one in examples
        ],
    }


def answers_to(facts: dict[str, Any]) -> str:
    """`answers to star most on average (selectivity 0.31)`, of `unit_facts`."""
    if facts["selectivity"] < TELLS_APART:
        return f"tells no class apart (selectivity {facts['selectivity']:.2f})"
    return (
        f"answers to {facts['favourite']} most on average (selectivity {facts['selectivity']:.2f})"
    )


def unit_figure(unit: Unit, split: str, samples: int, count: int) -> Figure:
    """The patches that excite a unit most, and its filter's channels."""
    facts = unit_facts(unit, split, samples, count)
    examples = unit.top(split, samples, count)
    panels = [
        Panel(one.patch, f"{row['image']} {row['class']}")
        for one, row in zip(examples, facts["top"], strict=True)
        if not one.box.empty
    ]
    kernel = unit.kernel
    if kernel is not None and kernel.weights.ndim == 3:
        bound = float(np.abs(kernel.weights).max()) or 1.0
        if len(kernel.weights) == 3:
            levels = (scaled(kernel.weights).transpose(1, 2, 0) * 255).round().astype(np.uint8)
            panels.append(Panel(levels, "filter"))
        else:
            panels += [
                Panel(
                    coloured((channel / bound + 1) / 2, "coolwarm"),
                    f"filter, channel {number}",
                    Scale("coolwarm", -bound, bound),
                )
                for number, channel in enumerate(kernel.weights[: len(panels) or 3])
            ]
    caption = (
        f"What excites unit {unit.number} of {unit.layer} most of {facts['scanned']} {split} "
        f"images; it {answers_to(facts)}."
    )
    columns = min(len(panels), max(1, round(len(panels) ** 0.5)))
    return Figure(tuple(panels), caption, columns=columns, name=f"{unit.layer}-{unit.number}")
