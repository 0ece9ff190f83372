"""What the trained sample shows: feature maps, and heatmaps judged against the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.feature_maps import feature_maps
from cnnstudio.interpret.figures.pictures import enlarged, mosaic, overlay
from cnnstudio.interpret.figures.sheet import sheet
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import Picture, Subject, open_run
from cnnstudio.training.run import Run

SHOWN_IMAGES = 8
JUDGED_IMAGES = 64
SHOWN_NODES = 5
SHOWN_UNITS = 16
OUTLINE = (255, 255, 255)


@dataclass(frozen=True)
class NodeMaps:
    """A node's feature maps for the first shown image."""

    name: str
    shape: tuple[int, ...]  # (C, h, w)
    mosaic: np.ndarray  # uint8 (H, W, 3)


@dataclass(frozen=True)
class Explained:
    """A test image and where the network looked."""

    image: np.ndarray  # uint8 (H, W, 3)
    heat: np.ndarray  # uint8 (H, W, 3): over the image, the object's true outline in white
    label: str
    predicted: str
    probability: float
    heat_inside: float | None  # share of the heat that lies on the object


@dataclass(frozen=True)
class Findings:
    """All that the report shows of the trained network.

    `heat_inside` and `area_inside` are means over the judged images: the share of the heat that
    lies on the object, and the share of the image that the object covers.
    """

    nodes: list[NodeMaps]
    explained: list[Explained]
    layer: str
    reason: str
    heat_inside: float | None
    area_inside: float | None
    judged: int

    def heatmap_sheet(self) -> np.ndarray:
        """Each image beside its heat, uint8 (H, W, 3)."""
        half = (len(self.explained) + 1) // 2
        pairs = [[one.image, one.heat] for one in self.explained]
        right = [*pairs[half:], []][:half]
        return sheet([left + more for left, more in zip(pairs[:half], right, strict=True)])


def inspect(run: Run) -> Findings:
    """Looks into the best weights of a run, on its test images."""
    subject = open_run(run.path, "best")
    split = "test" if len(subject.splits.test) else "validation"
    count = min(JUDGED_IMAGES, len(getattr(subject.splits, split)))
    pictures = [subject.picture((split, index)) for index in range(count)]
    batch = torch.stack([picture.tensor for picture in pictures])
    chances = probabilities(subject.model, batch)
    found = explanation(subject.model, batch)
    names = subject.class_names(chances.shape[1])
    judged = [_heat_inside(p, heat) for p, heat in zip(pictures, found.heat, strict=True)]
    shares = [one for one in judged if one is not None]
    explained = [
        Explained(
            image=pictures[index].image,
            heat=outlined(overlay(pictures[index].image, found.heat[index]), pictures[index]),
            label=names[pictures[index].label or 0],
            predicted=names[int(chances[index].argmax())],
            probability=float(chances[index].max()),
            heat_inside=shares_of(judged[index]),
        )
        for index in _varied([picture.label or 0 for picture in pictures])
    ]
    return Findings(
        nodes=list(_node_maps(subject, pictures[0])),
        explained=explained,
        layer=found.layer or "",
        reason=found.reason,
        heat_inside=_mean([heat for heat, _ in shares]),
        area_inside=_mean([area for _, area in shares]),
        judged=len(shares),
    )


def shares_of(judged: tuple[float, float] | None) -> float | None:
    return None if judged is None else judged[0]


def outlined(image: np.ndarray, picture: Picture) -> np.ndarray:
    """The image with the object's true outline drawn in, where the truth has a mask."""
    mask = mask_of(picture)
    if mask is None:
        return image
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    result = image.copy()
    result[mask & ~inner] = OUTLINE
    return result


def mask_of(picture: Picture) -> np.ndarray | None:
    """The object's mask at the picture's size, bool (H, W)."""
    mask = picture.truth.get("mask")
    if mask is None:
        return None
    height, width = picture.image.shape[:2]
    return enlarged(np.asarray(mask, np.uint8) * 255, height, width, smooth=False) > 127


def _heat_inside(picture: Picture, heat: np.ndarray) -> tuple[float, float] | None:
    """Share of the heat and share of the area on the object; None where either is missing."""
    mask = mask_of(picture)
    total = float(heat.sum())
    if mask is None or total <= 0:
        return None
    return float(heat[mask].sum()) / total, float(mask.mean())


def _node_maps(subject: Subject, picture: Picture) -> Iterator[NodeMaps]:
    """Some convolutions from the first to the last, evenly spread."""
    convolutions = [
        node.name
        for node in map(subject.project.network.node, subject.project.network.topological())
        if node.kind.startswith("Conv")
    ]
    chosen = np.linspace(0, len(convolutions) - 1, min(SHOWN_NODES, len(convolutions)))
    names = [convolutions[round(index)] for index in chosen]
    for name, maps in feature_maps(subject.model, picture.tensor[None], names).items():
        shown = mosaic(maps[0][:SHOWN_UNITS], tile=72, columns=4)
        yield NodeMaps(name, tuple(maps.shape[1:]), shown)


def _varied(labels: list[int]) -> list[int]:
    """Indexes of some images, classes taking turns."""
    turns: dict[int, int] = {}
    order = []
    for index, label in enumerate(labels):
        turns[label] = turns.get(label, -1) + 1
        order.append((turns[label], label, index))
    return [index for *_, index in sorted(order)[:SHOWN_IMAGES]]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
