"""What happened in the run, in words, with the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from PySide6.QtWidgets import QTextBrowser, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.train.run_words import Line, line_of

TOKENS = {"info": "text", "warning": "warning", "error": "error"}
WORDS = {"info": "", "warning": "Warning: ", "error": "Error: "}


class RunLog(QTextBrowser):
    """The run's warnings, errors and turns, the oldest first; text can be marked and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.death: Line | None = None
        self.setObjectName("run_log")
        self.setAccessibleName("Log of the run")
        self.setProperty("role", "log")
        self.setOpenLinks(False)
        self.setFont(theme.font(12))
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setPlaceholderText("Nothing to tell yet.")
        self.document().setDocumentMargin(12)

    def show_events(self, events: Iterable[dict[str, Any]]) -> None:
        """Shows these events instead of what stood there."""
        self.lines, self.death = [], None
        self.clear()
        self.take(events)

    def take(self, events: Iterable[dict[str, Any]]) -> None:
        """Adds newer events."""
        new = [line for line in map(line_of, events) if line is not None]
        for line in new:
            self.append(_html(line))
        self.lines += new

    def show_death(self, line: Line | None) -> None:
        """Ends with this line, which no event tells; None takes it away."""
        if line != self.death:
            self.death = line
            self.redraw()

    @property
    def troubles(self) -> int:
        """How many warnings and errors there are."""
        return sum(line.level != "info" for line in self.lines) + (self.death is not None)

    def redraw(self) -> None:
        """Writes the lines in the current theme's colours."""
        lines, self.lines = self.lines, []
        self.clear()
        for line in lines if self.death is None else [*lines, self.death]:
            self.append(_html(line))
        self.lines = lines


def _html(line: Line) -> str:
    muted, color = theme.color("text_muted").name(), theme.color(TOKENS[line.level]).name()
    time = "" if line.time is None else f"{datetime.fromtimestamp(line.time):%H:%M:%S}"
    text = (
        f'<span style="color:{muted}">{time}</span>&nbsp; '
        f'<span style="color:{color}">{WORDS[line.level]}{escape(line.text)}</span>'
    )
    if line.hint:
        text += f'<br><span style="color:{muted}">{escape(line.hint)}</span>'
    return f'<p style="margin:0 0 {theme.spacing // 2}px 0">{text}</p>'
