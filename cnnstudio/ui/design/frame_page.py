"""The inspector's page while frames or notes are selected: title, text and colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)

from cnnstudio.graph import ChangeFrame, Frame, Group
from cnnstudio.graph.model import FRAME_COLORS
from cnnstudio.ui import theme
from cnnstudio.ui.design.parts import add_line, label, page_column
from cnnstudio.ui.session import Session

SWATCH_PIXELS = 18


class FramePage(QWidget):
    """What is typed shows on the canvas at once; a stretch of typing is one undo step."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._frames: list[Frame] = []
        self.setObjectName("frame_page")
        self.title = QLineEdit()
        self.title.setObjectName("frame_title")
        self.title.setProperty("role", "name")
        self.title.setAccessibleName("Title")
        self.title.setToolTip("Click to change the title")
        self.title.setFont(theme.font(17, bold=True))
        self.title.textEdited.connect(lambda text: self._change("title", text))
        self.text = QPlainTextEdit()
        self.text.setObjectName("frame_text")
        self.text.setAccessibleName("Text")
        self.text.setPlaceholderText("What is to be known about this part?")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(140)
        self.text.textChanged.connect(lambda: self._change("text", self.text.toPlainText()))
        self._colors = {name: _swatch(name) for name in FRAME_COLORS}
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(2)
        for name, button in self._colors.items():
            self._group.addButton(button)
            button.clicked.connect(lambda _=False, name=name: self._paint(name))
            row.addWidget(button)
        row.addStretch()
        column = page_column(self)
        column.addWidget(self.title)
        column.addWidget(self.text)
        add_line(column)
        column.addWidget(label("Colour", "heading"))
        column.addLayout(row)
        column.addStretch()

    def show_frames(self, frames: Sequence[Frame]) -> None:
        """Shows one frame, or what several can be given together."""
        self._frames = list(frames)
        one = frames[0] if len(frames) == 1 else None
        for part in (self.title, self.text):
            part.setVisible(one is not None)
        if one is not None:
            self.title.setPlaceholderText("Add a title" if one.is_note else "Untitled")
            if self.title.text() != one.title:
                self.title.setText(one.title)
            if self.text.toPlainText() != one.text:
                self.text.blockSignals(True)
                self.text.setPlainText(one.text)
                self.text.blockSignals(False)
        colors = {frame.color if frame.color in self._colors else "grey" for frame in frames}
        self._group.setExclusive(False)
        for name, button in self._colors.items():
            button.setChecked(colors == {name})
        self._group.setExclusive(True)

    def redraw(self) -> None:
        """Draws the colours as the current theme has them."""
        for name, button in self._colors.items():
            button.setIcon(theme.swatch(theme.frame_color(name), SWATCH_PIXELS))

    def _change(self, field: str, value: str) -> None:
        (frame,) = self._frames
        if getattr(frame, field) != value:
            changed = frame.model_copy(update={field: value})
            name = self._session.network.name
            self._session.try_apply(ChangeFrame(network=name, frame=changed), merge=field)

    def _paint(self, color: str) -> None:
        network = self._session.network.name
        edits = tuple(
            ChangeFrame(network=network, frame=frame.model_copy(update={"color": color}))
            for frame in self._frames
            if frame.color != color
        )
        if len(edits) == 1:
            self._session.try_apply(edits[0])
        elif edits:
            self._session.try_apply(Group(text=f"Colour {len(edits)} frames", edits=edits))


def _swatch(name: str) -> QToolButton:
    made = QToolButton()
    made.setObjectName(f"frame_color_{name}")
    made.setAccessibleName(name.capitalize())
    made.setToolTip(name.capitalize())
    made.setCheckable(True)
    made.setIcon(theme.swatch(theme.frame_color(name), SWATCH_PIXELS))
    made.setIconSize(QSize(SWATCH_PIXELS, SWATCH_PIXELS))
    return made
