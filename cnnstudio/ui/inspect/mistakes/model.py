"""Mistakes as a list whose heat is asked for as tiles come into view."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from cnnstudio.interpret.figures.pictures import overlay, square
from cnnstudio.ui import quantities
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.session import Session

SIZE = 132
AT_ONCE, WANTED = 8, 48
Index = QModelIndex | QPersistentModelIndex


class MistakesModel(SamplesModel):
    """Facts of each mistake are those of the kernel's `mistakes`. `heats_done(count)` tells how
    many tiles have their heat, `layer_known(layer, reason)` where it was made."""

    heats_done = Signal(int)
    layer_known = Signal(str, str)
    heat_failed = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session, SIZE)
        self.facts: list[dict[str, Any]] = []
        self.opacity = 0.6
        self.shows_heat = True
        self._how: dict[str, Any] = {}
        self._of = "predicted"
        self._heats: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._pictures: dict[int, QImage] = {}
        self._heat_wanted: list[int] = []
        self._asking: list[int] = []
        self._inquiry = Inquiry(session, "heats", "inspect mistakes heat", self)
        self._inquiry.answered.connect(self._take_heats)
        self._inquiry.failed.connect(self._fail_heats)
        self._start = QTimer(self, singleShot=True, interval=0)
        self._start.timeout.connect(self._ask_heats)

    def show_mistakes(
        self, source: Source | None, facts: list[dict[str, Any]], classes: list[str]
    ) -> None:
        """Lists these; their heat is asked for anew."""
        self.forget_heats()
        self.facts = facts
        if source is None:
            self.show(None)
            return
        indexes = tuple(int(fact["index"]) for fact in facts)
        here = Source(source.settings, source.input_shape, source.split, indexes=indexes)
        self.show(here, classes, len(facts))

    def explain(self, arguments: dict[str, Any], of: str) -> None:
        """How heat is made: network, method, layer and parameters; `of` the "predicted" or the
        "true" class."""
        self.forget_heats()
        self._how, self._of = arguments, of
        self._tell_all()

    def forget_heats(self) -> None:
        """Waits for no heat, and keeps none."""
        self._inquiry.forget()
        self._heats.clear()
        self._pictures.clear()
        self._heat_wanted.clear()
        self._asking = []

    def set_opacity(self, opacity: float) -> None:
        self.opacity = opacity
        self._pictures.clear()
        self._tell_all()

    def set_shows_heat(self, shown: bool) -> None:
        """Shows the heat over each image, or the image alone."""
        self.shows_heat = shown
        self._tell_all()

    @property
    def is_waiting(self) -> bool:
        """Whether tiles that were in view are still without their heat."""
        return bool(self._asking or self._heat_wanted)

    def heat_of(self, row: int) -> tuple[np.ndarray, np.ndarray] | None:
        """A tile's image and heat, once they are there."""
        return self._heats.get(row)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not 0 <= row < len(self.facts):
            return None
        fact = self.facts[row]
        sure = quantities.percent(fact["confidence"])
        match role:
            case Qt.ItemDataRole.DecorationRole if self.shows_heat:
                return self._picture(row) or super().data(index, role)
            case Qt.ItemDataRole.DisplayRole:
                return f"{fact['class']} → {fact['taken_for']}"
            case Qt.ItemDataRole.StatusTipRole:
                return f"{sure} sure"
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                told = f"{fact['class']} taken for {fact['taken_for']}, {sure} sure"
                return f"{told}\n{fact['name']}"
            case SamplesModel.INDEX:
                return int(fact["index"])
        return super().data(index, role)

    def _picture(self, row: int) -> QImage | None:
        if row not in self._pictures:
            found = self._heats.get(row)
            if found is None:
                self._want_heat(row)
                return None
            picture = overlay(*found, self.opacity)
            self._pictures[row] = image_of(square(picture, SIZE))
        return self._pictures[row]

    def _want_heat(self, row: int) -> None:
        """What was asked for last is seen now, and comes first."""
        if row in self._asking or not self._how:
            return
        if row in self._heat_wanted:
            self._heat_wanted.remove(row)
        self._heat_wanted.append(row)
        del self._heat_wanted[:-WANTED]
        self._start.start()

    def _ask_heats(self) -> None:
        source = self.source
        if self._asking or not self._heat_wanted or source is None:
            return
        self._asking = sorted(self._heat_wanted[-AT_ONCE:])
        self._heat_wanted = [row for row in self._heat_wanted if row not in self._asking]
        key = "predicted" if self._of == "predicted" else "label"
        self._inquiry.ask(
            split=source.split,
            indexes=[int(self.facts[row]["index"]) for row in self._asking],
            targets=[int(self.facts[row][key]) for row in self._asking],
            **self._how,
        )

    def _take_heats(self, answer: dict[str, Any]) -> None:
        rows, self._asking = self._asking, []
        for row, image, heat in zip(rows, answer["images"], answer["heat"], strict=True):
            self._heats[row] = np.asarray(image), np.asarray(heat)
        if rows:
            self.dataChanged.emit(self.index(rows[0]), self.index(rows[-1]))
        self.layer_known.emit(answer["layer"] or "", answer["reason"])
        self.heats_done.emit(len(self._heats))
        self._ask_heats()

    def _fail_heats(self, error: Exception) -> None:
        """One refusal stands for all: the method can't be had of this network."""
        self.forget_heats()
        self._how = {}
        self.heat_failed.emit(error)

    def _tell_all(self) -> None:
        if self.facts:
            self.dataChanged.emit(self.index(0), self.index(len(self.facts) - 1))
