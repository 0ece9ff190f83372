"""What the canvas says in words: tooltips, and the selection for a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF

from cnnstudio.ui.canvas.card_numbers import numbers_of
from cnnstudio.ui.canvas.scene import CanvasScene

NAMED = 5


def tooltip_at(scene: CanvasScene, point: QPointF) -> str:
    """A node's problems or its parameters, or what a wire carries; empty over nothing."""
    item = scene.node_at(point)
    if item is not None:
        content = item.content
        if content.problems:
            return "".join(f"<p>{escape(problem)}</p>" for problem in content.problems)
        title = content.title or f"Unknown layer {content.kind}"
        lines = [f"<b>{escape(content.name)}</b> – {escape(title)}", escape(content.summary)]
        lines += [escape(mark) for mark in (content.marks.repeat, content.marks.bypassed)]
        told = numbers_of(item.thumbnail or {})
        lines += [escape(f"{name}: {number}") for name, number in told]
        if content.marks.is_block and content.known:
            lines.append("Double-click opens it")
        return "<br>".join(line for line in lines if line)
    wire = scene.wire_at(point)
    if wire is None:
        return ""
    source, target = (scene.nodes[id].content.name for id in (wire.edge.source, wire.edge.target))
    shape = f": {wire.label}" if wire.label else ""
    return escape(f"{source} → {target}{shape}")


def describe_selection(scene: CanvasScene, ids: Sequence[str]) -> str:
    """`2 of 12 layers selected: conv1, relu1`; a single one in full."""
    count = len(scene.nodes)
    layers = "1 layer" if count == 1 else f"{count} layers"
    items = [scene.nodes[id] for id in ids if id in scene.nodes]
    if not items:
        return f"{layers}, none selected" if count else "No layers yet"
    if len(items) == 1:
        return f"Selected: {items[0].content.spoken}"
    names = [item.content.name for item in items[:NAMED]]
    more = ", …" if len(items) > NAMED else ""
    return f"{len(items)} of {layers} selected: {', '.join(names)}{more}"
