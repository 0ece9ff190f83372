"""Small pieces that the inspector's pages are made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cnnstudio.ui import theme

PAGE_MARGIN = 16


def label(text: str = "", role: str = "", name: str = "") -> QLabel:
    """A label of plain text that wraps."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(True)
    if name:
        made.setObjectName(name)
    return made


def kind_label(text: str = "") -> QLabel:
    """The kind above a name, in spaced capitals."""
    made = label(text, "kind", "inspector_kind")
    font = theme.font(11, bold=True)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    made.setFont(font)
    return made


def key_label(keys: str) -> QLabel:
    """Keys in a small frame."""
    made = QLabel(keys)
    made.setProperty("role", "key")
    made.setFont(theme.font(11))
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def line() -> QFrame:
    """A thin line between two parts of a page."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def add_line(column: QVBoxLayout, made: QFrame | None = None) -> None:
    """Puts a thin line into a page's column, with room around it."""
    column.addSpacing(4)
    column.addWidget(made or line())
    column.addSpacing(4)


def page_column(page: QWidget) -> QVBoxLayout:
    """The page's column, with the margins that all pages have."""
    column = QVBoxLayout(page)
    column.setContentsMargins(PAGE_MARGIN, 0, PAGE_MARGIN, PAGE_MARGIN)
    column.setSpacing(theme.spacing)
    return column


def icon_button(name: str, tip: str) -> QToolButton:
    """A button that shows an icon only; its tip is its name for a screen reader."""
    made = QToolButton()
    made.setObjectName(name)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    return made


class Heading(QToolButton):
    """A part's title that folds the part away."""

    def __init__(self, text: str, part: QWidget, open: bool = True) -> None:
        super().__init__()
        self._part = part
        self.setText(text)
        self.setAccessibleName(text)
        self.setProperty("role", "heading")
        self.setCheckable(True)
        self.setChecked(open)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggled.connect(self._fold)
        self._fold(open)

    def redraw(self) -> None:
        """Draws the arrow in the current theme's colours."""
        name = "mdi6.chevron-down" if self.isChecked() else "mdi6.chevron-right"
        self.setIcon(theme.icon(name, "text_muted"))

    def _fold(self, open: bool) -> None:
        self._part.setVisible(open)
        self.redraw()
