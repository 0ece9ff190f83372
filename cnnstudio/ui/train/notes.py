"""What happened in a run, as marks on its time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyqtgraph as pg
from PySide6.QtCore import Qt

from cnnstudio.ui import theme

# More marks than this would hide the curves; the newest are shown.
MOST_LINES = 30
LONGEST = 60  # letters of a text


@dataclass(frozen=True)
class Note:
    """At so many steps, and epochs passed. `token` is the colour of its mark."""

    step: float
    epoch: float
    text: str
    token: Literal["text_muted", "warning", "error"] = "text_muted"

    def at(self, axis: str) -> float:
        return self.epoch if axis == "epoch" else self.step


def note_of(event: dict[str, Any], epoch: float | None) -> Note | None:
    """The note of an event; None for those that are not worth a mark."""
    kind, step = event["type"], event.get("step")
    if step is None or kind not in ("paused", "resumed", "note", "warning", "finding"):
        return None
    text, token = kind.capitalize(), "text_muted"
    if kind in ("note", "warning", "finding"):
        text = str(event.get("message") or "").rstrip(".")
        text = text.split(":")[0] if len(text) > LONGEST else text
        text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    if kind == "warning" and step == 0:
        return None  # of the data: it is no turn of the run
    if kind == "finding":
        token = "error" if event.get("severity") == "error" else "warning"
    return Note(float(step), float("nan") if epoch is None else float(epoch), text, token)


def near_notes(notes: Sequence[Note], axis: str, x: float, reach: float) -> list[Note]:
    """The notes that are that near to x; the nearest two."""
    near = [note for note in notes if abs(note.at(axis) - x) <= reach]
    return sorted(near, key=lambda note: abs(note.at(axis) - x))[:2]


class NoteLines:
    """The marks in one plot."""

    def __init__(self, item: pg.PlotItem) -> None:
        self._item = item
        self._lines: list[tuple[Note, pg.InfiniteLine]] = []
        self._shown: tuple[tuple[Note, ...], str] = ((), "")

    def show(self, notes: Sequence[Note], axis: str) -> None:
        wanted = tuple(notes[-MOST_LINES:]), axis
        if wanted == self._shown:
            return
        self._shown = wanted
        for _, line in self._lines:
            self._item.removeItem(line)
        self._lines = []
        for note in wanted[0]:
            if note.at(axis) == note.at(axis):  # a number: epochs may not be known
                line = pg.InfiniteLine(note.at(axis), angle=90)
                line.addMarker("v", position=1.0, size=9)
                self._item.addItem(line, ignoreBounds=True)
                self._lines.append((note, line))
        self.dress()

    def dress(self) -> None:
        """Takes the current theme's colours."""
        for note, line in self._lines:
            color = theme.color(note.token)
            line.setPen(pg.mkPen(color, width=1, style=Qt.PenStyle.DotLine))
