"""A look into a network as the canvas takes it: pictures for the cards, strengths for the wires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnnstudio.graph import Network
from cnnstudio.training.living.look import Look, NodeLook
from cnnstudio.ui.canvas.card import Thumbnail
from cnnstudio.ui.design.showing import Showing

Health = Mapping[str, Mapping[str, Any]]  # by a layer's path: `dead`, `saturated`


def cards(
    network: Network, look: Look, classes: Sequence[str], health: Health, showing: Showing
) -> dict[str, Thumbnail]:
    """By the node's name, those in blocks by their paths."""
    found = {name: card(node, health.get(name, {}), showing) for name, node in look.nodes.items()}
    outputs = [node for node in network.nodes if node.kind == "Output"]
    for node in network.nodes:
        if node.kind == "Input":
            names = [_class_name(classes, probe.label) for probe in look.probes]
            if len(names) == 1:
                names = [f"{names[0]} #{look.probes[0].index}".strip()]
            images = [probe.image for probe in look.probes]
            found[node.name] = {"images": images, "captions": names}
        elif node.kind == "Output" and look.probabilities is not None and len(outputs) == 1:
            found[node.name] = {"texts": _verdicts(look, classes)}
    return found


def card(node: NodeLook, health: Mapping[str, Any], showing: Showing) -> Thumbnail:
    made: dict[str, Any] = {
        "channels": node.channels, "statistics": showing.statistics, "style": showing.style,
        "dead": health.get("dead"), "saturated": health.get("saturated"), **pooled(node),
    }  # fmt: skip
    kind = "maps" if node.maps is not None else "values"
    made[kind] = node.maps if node.maps is not None else node.values
    gradients = node.gradient_maps if node.maps is not None else node.gradient_values
    if showing.gradients and gradients is not None:
        made["gradients"] = gradients
    return made


def pooled(node: NodeLook) -> dict[str, float]:
    """Mean and standard deviation of what a node gives for all images, share of zeros; of one
    image, how many units are silent; the gradient's root mean square."""
    rows: list[list[float]] = node.numbers.tolist()
    count = len(rows)
    means, stds, lows, highs, zeros, silent = zip(*rows, strict=True)
    mean = sum(means) / count
    # Of all values together: the mean spread within the images, and the spread between them.
    spread = sum(s * s + (m - mean) ** 2 for m, s in zip(means, stds, strict=True)) / count
    found = {
        "mean": mean, "std": spread**0.5, "low": min(lows), "high": max(highs),
        "zeros": sum(zeros) / count,
    }  # fmt: skip
    if count == 1:
        found["silent"] = silent[0]
    if node.gradient_rms is not None:
        found["gradient"] = float(node.gradient_rms.mean())
    return found


def strengths(look: Look, wires: str) -> dict[str, float]:
    """By the node's name, how strong what leaves it is: the root mean square of its values, or of
    the gradient that comes back to it."""
    found = {}
    for name, node in look.nodes.items():
        rms = node.rms if wires == "activation" else node.gradient_rms
        if rms is not None and np.isfinite(rms).all():
            found[name] = float(rms.mean())
    return found


def _verdicts(look: Look, classes: Sequence[str]) -> list[tuple[str, bool | None]]:
    assert look.probabilities is not None
    verdicts: list[tuple[str, bool | None]] = []
    for probe, chances in zip(look.probes, look.probabilities, strict=True):
        likely = int(chances.argmax())
        right = None if probe.label is None else likely == probe.label
        verdicts.append((f"{_class_name(classes, likely)}  {chances[likely]:.2f}", right))
    return verdicts


def _class_name(classes: Sequence[str], number: int | None) -> str:
    if number is None:
        return ""
    return classes[number] if number < len(classes) else f"class {number}"
