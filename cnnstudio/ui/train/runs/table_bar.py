"""Above the run table: a filter to type, the columns, what can be written as a file."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QWidget

from cnnstudio.ui import theme

TYPING_MILLISECONDS = 200
HELP = (
    "resnet   the name, a tag or the note has this in it\n"
    "accuracy > 0.9   lr < 0.01   optimizer = AdamW   a metric or a setting\n"
    "#good   star   state:running   -#old (not so)   … or …\n"
    "sort:-accuracy   the highest first"
)


class TableBar(QWidget):
    """`filtered(text)` comes a moment after typing. The owner fills the menus."""

    filtered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit()
        self.edit.setObjectName("run_filter")
        self.edit.setAccessibleName("Filter of the runs")
        self.edit.setPlaceholderText("accuracy > 0.9  #good  sort:-accuracy")
        self.edit.setToolTip(HELP)
        self.edit.setClearButtonEnabled(True)
        self.told = QLabel()
        self.told.setProperty("role", "muted")
        self.columns = QPushButton("Columns")
        self.columns.setObjectName("run_columns")
        self.columns_menu = QMenu(self.columns)
        self.columns_menu.setToolTipsVisible(True)
        self.columns.setMenu(self.columns_menu)
        self.export = QPushButton("Export")
        self.export.setObjectName("run_export")
        self.export_menu = QMenu(self.export)
        self.export.setMenu(self.export_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.spacing)
        row.addWidget(self.edit, 2)
        row.addWidget(self.told, 1)
        row.addWidget(self.columns)
        row.addWidget(self.export)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MILLISECONDS)
        self._timer.timeout.connect(lambda: self.filtered.emit(self.edit.text()))
        self.edit.textChanged.connect(lambda _: self._timer.start())
        self.edit.returnPressed.connect(lambda: self.filtered.emit(self.edit.text()))
        self.redraw()

    def show_count(self, shown: int, there: int) -> None:
        of = f"{shown} of " if shown != there else ""
        self._tell(f"{of}{there} run{'s' * (there != 1)}", "muted", "")

    def show_error(self, text: str, hint: str) -> None:
        """Says what is wrong with the filter; the table stays as it was."""
        self._tell(f"{text} {hint}".strip(), "error", f"{text}\n{hint}".strip())

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.columns.setIcon(theme.icon("mdi6.table-column"))
        self.export.setIcon(theme.icon("mdi6.export-variant"))

    def _tell(self, text: str, role: str, tip: str) -> None:
        self.told.setText(text)
        self.told.setToolTip(tip)
        if self.told.property("role") != role:
            self.told.setProperty("role", role)
            self.edit.setProperty("invalid", "true" if role == "error" else "false")
            for widget in (self.told, self.edit):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
