"""The About box: what this is, and the versions of what it stands on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

import cnnstudio
from cnnstudio.ui import theme
from cnnstudio.ui.app_icon import app_icon

PACKAGES = ("torch", "torchvision", "captum", "numpy", "PySide6-Essentials", "pyqtgraph")


def versions() -> dict[str, str]:
    """Versions by name, read from the packages' metadata: nothing is imported for it."""
    found = {"CNN Studio": cnnstudio.__version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About CNN Studio")
        title = QLabel("CNN Studio")
        title.setProperty("role", "title")
        what = QLabel("Draw convolutional networks, train them, and see what they see.")
        what.setProperty("role", "muted")
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(64, 64))
        texts = QVBoxLayout()
        texts.addStretch()
        texts.addWidget(title)
        texts.addWidget(what)
        texts.addStretch()
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture)
        head.addLayout(texts, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(theme.spacing // 2)
        for name, number in versions().items():
            label = QLabel(number)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(name, label)
        buttons = QDialogButtonBox()
        close = buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        copy = buttons.addButton("Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("about_copy")
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        close.setDefault(True)
        close.setFocus()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(20)
        column.addLayout(head)
        column.addLayout(form)
        column.addWidget(QLabel("Apache License 2.0"))
        column.addWidget(buttons)

    def _copy(self) -> None:
        text = "\n".join(f"{name} {number}" for name, number in versions().items())
        QGuiApplication.clipboard().setText(f"{text}\n{platform.platform()}")
