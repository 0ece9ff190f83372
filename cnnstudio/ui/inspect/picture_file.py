"""Taking a picture out of the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.graph import ProjectFileError
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

PAGE_PIXELS = 1024


def enlarged(image: QImage) -> QImage:
    """The image a whole number of times as large, near to what a page needs."""
    times = max(1, PAGE_PIXELS // max(image.width(), image.height()))
    how = Qt.TransformationMode.SmoothTransformation
    ratio = Qt.AspectRatioMode.KeepAspectRatio
    return image.scaled(image.width() * times, image.height() * times, ratio, how)


def save_picture(session: Session, parent: QWidget, picture: QImage, name: str) -> None:
    """Asks where to, and writes the picture as PNG."""
    dialog = QFileDialog(parent, "Save the picture", str(session.folder), "Pictures (*.png)")
    dialog.fileSelected.connect(session.settings.remember_folder)
    dialog.setObjectName("save_picture_dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("png")
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: write_picture(session, picture, Path(chosen)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def write_picture(session: Session, picture: QImage, path: Path) -> None:
    """Writes the picture and tells where it is."""

    def write() -> None:
        if not picture.save(str(path), "PNG"):
            raise ProjectFileError(
                f"{path} can't be written.", "Check the folder, its permissions and the free space."
            )

    def tell(_: object) -> None:
        session.tell(Message(f"Saved {path}.", key="picture", seconds=6.0))

    session.in_background(write, tell)
