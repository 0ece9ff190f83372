"""The steps as a column of cards, put into another order by dragging or with keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cnnstudio.graph import AugmentationStep
from cnnstudio.ui.data.augmentation.step_card import StepCard

GAP = 6
LINE = 2


class StepList(QWidget):
    """Emits what is wished and changes nothing by itself.

    `edited(place, name, value, merge)`, `removed(place)` and `reordered(place, new place)` count
    from 0; `dragged(y)` tells how far down the pointer is, so that what is around can scroll.
    """

    edited = Signal(int, str, object, object)
    removed = Signal(int)
    reordered = Signal(int, int)
    dragged = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Steps of the augmentation")
        self.cards: list[StepCard] = []
        self._target: int | None = None  # the gap that a dragged card would go to
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, LINE, 0, LINE)
        self._column.setSpacing(GAP)
        self._line = QFrame(self)
        self._line.setObjectName("drop_line")
        self._line.setProperty("role", "gap")
        self._line.hide()

    def show_steps(self, steps: Sequence[AugmentationStep]) -> None:
        """Shows these steps; cards of steps that are still there stay open, and keep the focus."""
        left = list(self.cards)
        found: list[StepCard | None] = []
        for step in steps:
            same = next((card for card in left if card.step == step), None)
            found.append(same)
            if same is not None:
                left.remove(same)
        cards = []
        for step, same in zip(steps, found, strict=True):
            card = same or next((one for one in left if one.step.kind == step.kind), None)
            if card is not None and card in left:
                left.remove(card)
            cards.append(card or self._made(step))
        focused = next((n for n, card in enumerate(self.cards) if self._has_focus(card)), None)
        for card in left:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = cards
        for place, (card, step) in enumerate(zip(cards, steps, strict=True)):
            if self._column.indexOf(card) != place:
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
                card.show()
            if card.step != step:
                card.show_step(step)
        for before, after in pairwise(stop for card in cards for stop in card.stops):
            QWidget.setTabOrder(before, after)
        if focused is not None and cards and not any(map(self._has_focus, cards)):
            self._focus(min(focused, len(cards) - 1))

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        for card in self.cards:
            card.redraw()

    def _made(self, step: AugmentationStep) -> StepCard:
        card = StepCard(step)
        card.edited.connect(lambda *what: self.edited.emit(self.cards.index(card), *what))
        card.removed.connect(lambda: self.removed.emit(self.cards.index(card)))
        card.moved.connect(lambda by: self._move(card, by))
        card.walked.connect(lambda by: self._focus(self.cards.index(card) + by))
        card.dragged.connect(lambda pointer: self._drag(card, pointer))
        card.dropped.connect(lambda here: self._drop(card, here))
        return card

    def _has_focus(self, card: StepCard) -> bool:
        """Whether keys go to the card, or to something on it."""
        holder = self.window().focusWidget()
        return holder is card or (holder is not None and card.isAncestorOf(holder))

    def _focus(self, place: int) -> None:
        if 0 <= place < len(self.cards):
            self.cards[place].setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, card: StepCard, by: int) -> None:
        place = self.cards.index(card)
        if 0 <= place + by < len(self.cards):
            self.reordered.emit(place, place + by)

    def _drag(self, card: StepCard, pointer: QPoint) -> None:
        y = self.mapFromGlobal(pointer).y()
        card.setFocus(Qt.FocusReason.MouseFocusReason)
        card.lift(True)
        self._target = sum(y > one.geometry().center().y() for one in self.cards)
        edge = self.height() - LINE
        if self._target < len(self.cards):
            edge = self.cards[self._target].y() - (GAP + LINE) // 2
        self._line.setGeometry(0, max(0, edge), self.width(), LINE)
        self._line.raise_()
        self._line.show()
        self.dragged.emit(y)

    def _drop(self, card: StepCard, here: bool) -> None:
        card.lift(False)
        self._line.hide()
        gap, self._target = self._target, None
        if here and gap is not None:
            place = self.cards.index(card)
            wanted = gap if gap <= place else gap - 1
            if wanted != place:
                self.reordered.emit(place, wanted)
