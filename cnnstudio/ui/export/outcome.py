"""What came of an export: its proof beside the file, or why there is none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.deploy.proof import Proof
from cnnstudio.graph import CnnStudioError
from cnnstudio.ui import quantities, theme

ICONS = {"proof": ("mdi6.check-decagram", "ok"), "error": ("mdi6.alert-circle-outline", "error")}


class Outcome(QStackedWidget):
    """Nothing yet, a stage of the work, a proof, or an error. `node_wanted(name)` asks to be shown
    a layer on the canvas."""

    node_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.proof: Proof | None = None
        self.error: CnnStudioError | None = None
        self._nothing = QWidget()
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._stage = _words("muted")
        self._work = QWidget()
        column = QVBoxLayout(self._work)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch()
        column.addWidget(self._stage)
        column.addWidget(self._progress)
        column.addStretch()
        self._card = QWidget()
        self._column = QVBoxLayout(self._card)
        self._column.setContentsMargins(0, 0, 0, 0)
        for page in (self._nothing, self._work, self._card):
            self.addWidget(page)

    def clear(self) -> None:
        self._show(None, None)
        self.setCurrentWidget(self._nothing)

    def show_stage(self, text: str) -> None:
        self._stage.setText(f"{text} …")
        self._progress.setAccessibleName(text)
        self.setCurrentWidget(self._work)

    def show_proof(self, proof: Proof) -> None:
        self._show(proof, None)

    def show_error(self, error: CnnStudioError) -> None:
        self._show(None, error)

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        if self.currentWidget() is self._card:
            self._show(self.proof, self.error)

    def _show(self, proof: Proof | None, error: CnnStudioError | None) -> None:
        self.proof, self.error = proof, error
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if proof is not None:
            self._column.addWidget(_proof_card(proof))
        elif error is not None:
            self._column.addWidget(self._error_card(error))
        self._column.addStretch()
        self.setCurrentWidget(self._card)

    def _error_card(self, error: CnnStudioError) -> QWidget:
        card, texts = _card("error", error.message)
        if error.hint:
            hint = _words("muted")
            hint.setText(error.hint)
            texts.addWidget(hint)
        node = getattr(error, "node", None)
        if node:
            show = QPushButton(f"Show {node}")
            show.clicked.connect(lambda: self.node_wanted.emit(node))
            texts.addLayout(_buttons(show))
        return card


def _proof_card(proof: Proof) -> QWidget:
    card, texts = _card("proof", f"Proven: {proof.path.name} computes what the canvas does.")
    rows = QFormLayout()
    rows.setHorizontalSpacing(16)
    rows.setVerticalSpacing(2)
    for title, text in facts(proof):
        label, value = _words("muted"), _words("")
        label.setText(title)
        label.setWordWrap(False)
        value.setText(text)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows.addRow(label, value)
    texts.addLayout(rows)
    for warning in proof.warnings:
        note = _words("caption")
        note.setText(warning)
        texts.addWidget(note)
    folder = QPushButton("Open folder")
    folder.clicked.connect(
        lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(proof.path.parent)))
    )
    copy = QPushButton("Copy path")
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(str(proof.path)))
    texts.addLayout(_buttons(folder, copy))
    return card


def facts(proof: Proof) -> list[tuple[str, str]]:
    """The proof in words: (what, how much)."""
    sizes = [f"{file.name}, {quantities.memory(file.bytes)}" for file in proof.files]
    batches = ", ".join(str(n) for n in dict.fromkeys(one.batch for one in proof.differences))
    found = [
        ("Largest difference", f"{proof.absolute:.2g} with batches of {batches}"),
        ("Of the largest output", f"{proof.relative:.2g}; {proof.tolerance:g} is allowed"),
        ("Ran in", f"{proof.runtime}, a process of its own"),
        ("Weights", proof.weights[:1].upper() + proof.weights[1:]),
        ("Files" if len(sizes) > 1 else "File", "\n".join(sizes)),
    ]
    if proof.free:
        found.append(("May vary", "; ".join(proof.free)))
    found += [(name.capitalize(), value) for name, value in proof.facts.items()]
    return found


def existing(files: list[Path]) -> str:
    """A note on files that would be replaced; empty if there are none."""
    there = [file.name for file in files if file.exists()]
    if not there:
        return ""
    names = " and ".join(there)
    return f"{names} {'exist' if len(there) > 1 else 'exists'} and will be replaced."


def _card(kind: str, headline: str) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("role", "outcome")
    card.setProperty("level", kind)
    icon, color = ICONS[kind]
    picture = QLabel()
    picture.setPixmap(theme.icon(icon, color).pixmap(QSize(22, 22)))
    title = _words("heading")
    title.setText(headline)
    texts = QVBoxLayout()
    texts.setSpacing(theme.spacing)
    texts.addWidget(title)
    row = QHBoxLayout(card)
    row.setContentsMargins(14, 12, 14, 12)
    row.setSpacing(12)
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(texts, 1)
    card.setAccessibleName(headline)
    return card, texts


def _buttons(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.spacing)
    for button in buttons:
        button.setAutoDefault(False)
        row.addWidget(button)
    row.addStretch()
    return row


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label
