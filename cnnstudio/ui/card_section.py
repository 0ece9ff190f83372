"""A heading over cards in a grid, or over rows."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.ui.cards import Card

MAXIMUM_COLUMNS = 5
GAP = 16


class CardSection(QWidget):
    """A heading over cards or rows; hidden while there are none."""

    def __init__(self, title: str, role: str = "heading") -> None:
        super().__init__()
        self.cards: list[Card] = []
        self._grid = QGridLayout()
        self._columns = MAXIMUM_COLUMNS
        self.setAccessibleName(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(10)
        if title:
            self._column.addWidget(label(title, role))
        self._content = QWidget()
        self._column.addWidget(self._content)
        self.hide()

    def show_cards(self, cards: list[Card], keep: bool = False) -> None:
        """Shows these cards; `keep` leaves those of before alive, to be shown again later."""
        if keep:
            for card in self.cards:
                card.setParent(None)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP)
        grid.setColumnStretch(MAXIMUM_COLUMNS, 1)
        self._grid, self.cards = grid, cards
        self._arrange()
        self._replace(content, bool(cards))

    def set_columns(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            self._arrange()

    def _arrange(self) -> None:
        for index, card in enumerate(self.cards):
            self._grid.addWidget(card, index // self._columns, index % self._columns)

    def show_rows(self, rows: list[QWidget]) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        for row in rows:
            column.addWidget(row)
        self._replace(content, bool(rows))

    def _replace(self, content: QWidget, visible: bool) -> None:
        self._column.replaceWidget(self._content, content)
        self._content.hide()
        self._content.deleteLater()
        self._content = content
        self.setVisible(visible)


def label(text: str, role: str = "") -> QLabel:
    """A line of plain text in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    return made
