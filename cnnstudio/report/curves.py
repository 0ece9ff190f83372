"""Curves over the epochs as SVG, in the page's colours: train solid, validation with marks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cnnstudio.training.metrics import metrics as declared

Epochs = Sequence[Mapping[str, Any]]
Points = list[tuple[float, float]]

WIDTH, HEIGHT = 480, 250
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 34, 40
TICKS = 4
MOST_MARKS = 40
SERIES = (("train", "train"), ("val", "validation"))


def charts(epochs: Epochs) -> str:
    """A chart for each metric that the epochs tell: loss and accuracy first."""
    names = [
        name for name in declared
        if any(_points(epochs, f"{split}_{name}") for split, _ in SERIES)
    ]  # fmt: skip
    if not names:
        return "<p>No epoch was finished.</p>"
    return f"<div class='charts'>{''.join(chart(epochs, name) for name in names)}</div>"


def chart(epochs: Epochs, name: str) -> str:
    """The chart of one metric, without its split: `loss`, `f1`."""
    metric = declared[name]
    series = [(title, _points(epochs, f"{split}_{name}")) for split, title in SERIES]
    values = [y for _, points in series for _, y in points]
    low = 0.0 if metric.share or min(values) >= 0 else min(values)
    high = 1.0 if metric.share and max(values) > 0.4 else _round_up(max(max(values), 1e-9))
    last = max(2.0, *(x for _, points in series for x, _ in points))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - 1) / (last - 1) * (WIDTH - LEFT - RIGHT)
        up = (min(max(y, low), high) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
        return LEFT + across, HEIGHT - BOTTOM - up

    parts = [f"<text class='strong' x='{LEFT}' y='16'>{escape(metric.title_for(5))}</text>"]
    for tick in range(TICKS + 1):
        value = low + (high - low) * tick / TICKS
        x, y = at(1, value)
        parts.append(
            f"<line x1='{x}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}' stroke='var(--grid)'/>"
            f"<text x='{x - 8}' y='{y + 4:.1f}' text-anchor='end'>{_written(value, metric.share)}"
            "</text>"
        )
    for epoch in sorted({1, round((1 + last) / 2), int(last)}):
        x, y = at(epoch, low)
        parts.append(f"<text x='{x:.1f}' y='{y + 18:.1f}' text-anchor='middle'>{epoch}</text>")
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f"<text x='{middle}' y='{HEIGHT - 4}' text-anchor='middle'>epoch</text>")
    shown = [(title, points) for title, points in series if points]
    for place, (title, points) in enumerate(shown):
        parts.append(_line(title, [at(x, y) for x, y in points]))
        x = WIDTH - RIGHT - 92 * (len(shown) - 1 - place) - 70
        parts.append(
            f"<line x1='{x - 20}' x2='{x - 4}' y1='12' y2='12' stroke='var(--{title})' "
            f"stroke-width='2'/><text x='{x}' y='16'>{title}</text>"
        )
    told = "; ".join(f"{title} ends at {points[-1][1]:.4g}" for title, points in shown)
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' "
        f"aria-label='{escape(metric.title_for(5))} by epoch: {told}'>{''.join(parts)}</svg>"
    )


def _line(title: str, points: Points) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    found = (
        f"<polyline points='{path}' fill='none' stroke='var(--{title})' stroke-width='2' "
        "stroke-linejoin='round'/>"
    )
    if len(points) == 1 or (title == "validation" and len(points) <= MOST_MARKS):
        found += "".join(
            f"<circle cx='{x:.1f}' cy='{y:.1f}' r='2.5' fill='var(--{title})'/>" for x, y in points
        )
    return found


def _points(epochs: Epochs, name: str) -> Points:
    found = [(float(epoch["epoch"]), epoch.get(name)) for epoch in epochs]
    return [(x, float(y)) for x, y in found if y is not None and math.isfinite(y)]


def _written(value: float, share: bool) -> str:
    return f"{value:.0%}" if share else f"{value:.3g}"


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 5, 8, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.999)
