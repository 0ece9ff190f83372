"""Mistakes as tiles."""

from __future__ import annotations

from PySide6.QtCore import Signal

from cnnstudio.ui.images.samples_model import SamplesModel
from cnnstudio.ui.inspect.embedding.chosen import GuardedGrid
from cnnstudio.ui.inspect.mistakes.model import SIZE, MistakesModel
from cnnstudio.ui.inspect.told_delegate import ToldDelegate
from cnnstudio.ui.session import Session


class MistakesGrid(GuardedGrid):
    """`looked(index)` is emitted for a tile that is clicked, `index` being its number in the
    split."""

    looked = Signal(int)

    def __init__(self, session: Session) -> None:
        self.mistakes = MistakesModel(session)
        super().__init__(session, self.mistakes)
        self.setAccessibleName("Mistakes")
        self.setItemDelegate(ToldDelegate(SIZE, self))
        self.setSpacing(4)
        self.clicked.connect(lambda index: self.looked.emit(index.data(SamplesModel.INDEX)))
