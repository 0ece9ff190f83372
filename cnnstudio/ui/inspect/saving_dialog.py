"""Dialogs that end in a file: Save asks where to, and work that takes long shows how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.session import Session

STEPS = 1000


class SavingDialog(QDialog):
    """Has the buttons Save… and Cancel; `write` gets the file that was chosen."""

    def __init__(self, session: Session, name: str, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.save_button = QPushButton("Save…")
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(lambda _=False: self._ask_where())
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)

    def write(self, path: Path) -> None:
        """Writes the file, or has it written."""
        raise NotImplementedError

    def _ask_where(self) -> None:
        raise NotImplementedError

    def _ask_for_file(self, name: str, title: str, pattern: str, file: str) -> None:
        """Asks where to; `name` is the dialog's, `file` the name that it offers."""
        dialog = QFileDialog(self, title, str(self._session.folder), pattern)
        dialog.setObjectName(name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(file).suffix.removeprefix("."))
        dialog.selectFile(file)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _button_row(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        return buttons


class WritingDialog(SavingDialog):
    """The kernel writes the file (`writing` is the question), with progress, and can be stopped."""

    def __init__(
        self, session: Session, name: str, title: str, question: str, parent: QWidget | None
    ) -> None:
        super().__init__(session, name, title, parent)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the file")
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.writing = Inquiry(session, question, name, self)
        self.writing.progressed.connect(self._show_progress)

    def reject(self) -> None:
        """Takes back what is being written: no half file stays."""
        if self.writing.waiting:
            self.writing.forget()
            self._show_writing(False)
            self.note.setText("Taken back: nothing was written.")
            return
        super().reject()

    def _show_writing(self, writing: bool) -> None:
        raise NotImplementedError

    def _show_progress(self, share: float | None, text: str) -> None:
        self.bar.setValue(round(STEPS * (share or 0.0)))
        self.note.setText(text[:1].upper() + text[1:])
