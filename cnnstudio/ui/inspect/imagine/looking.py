"""Looking at a picture that was made as at any image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QDir, QObject, QTemporaryDir

from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.focus import Focus


class Looking(QObject):
    """Keeps pictures as files in a private folder, as long as the window lives."""

    def __init__(self, focus: Focus, parent: QObject) -> None:
        super().__init__(parent)
        self._focus = focus
        self._folder = QTemporaryDir(QDir.tempPath() + "/cnnstudio-seen-XXXXXX")

    def look_at(self, picture: np.ndarray, name: str) -> None:
        """Opens a picture uint8 (H, W, 3) on the Image page."""
        path = Path(self._folder.path()) / f"{name.replace('/', '-')}.png"
        if image_of(picture).save(str(path)):
            self._focus.want_image(str(path), True)
