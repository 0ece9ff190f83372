"""The current run's facts as a list of names and values."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QWidget

from cnnstudio.ui import theme


class FactsPanel(QScrollArea):
    """Values can be marked and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_facts")
        self.setAccessibleName("Facts of the run")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = QWidget()
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(16, 12, 16, 12)
        self._grid.setHorizontalSpacing(theme.spacing)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self._shown = 0
        self.setWidget(self._page)

    @property
    def facts(self) -> dict[str, str]:
        """What is shown."""
        return {name.text(): value.text() for name, value in self._labels[: self._shown]}

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        while len(self._labels) < len(rows):
            self._add_row()
        self._shown = len(rows)
        for row, (name, value) in enumerate(self._labels):
            name.setVisible(row < len(rows))
            value.setVisible(row < len(rows))
            if row < len(rows):
                name.setText(rows[row][0])
                value.setText(rows[row][1])
                value.setAccessibleName(rows[row][0])

    def _add_row(self) -> None:
        row = len(self._labels)
        self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(row + 1, 1)
        name, value = QLabel(), QLabel()
        name.setProperty("role", "muted")
        value.setFont(theme.font(12))
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        value.setWordWrap(True)
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._labels.append((name, value))
