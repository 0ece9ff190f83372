"""The start page: the sample, recent projects, work to recover, and the templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import shiboken6
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.blueprints import SAMPLE, template
from cnnstudio.graph import Project, load
from cnnstudio.ui.card_section import GAP, MAXIMUM_COLUMNS, CardSection, label
from cnnstudio.ui.cards import Card
from cnnstudio.ui.recovery import LeftWork, left_work
from cnnstudio.ui.session import Session
from cnnstudio.ui.template_shelf import TemplateShelf

MARGIN = 32
SAMPLE_LINE = "Trains in about a minute, without any download."
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Gallery(QScrollArea):
    """Emits what was chosen; projects and recovered work are looked up in the background."""

    sample_chosen = Signal()
    blank_chosen = Signal()
    open_chosen = Signal()
    template_chosen = Signal(str)
    recent_chosen = Signal(object)  # Path
    recovered = Signal(object)  # LeftWork

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("gallery")
        self.setAccessibleName("Start page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setObjectName("gallery_page")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        outer.addStretch()
        self._column = QVBoxLayout()
        self._column.setSpacing(GAP)
        outer.addLayout(self._column)
        outer.addStretch()
        self._column.addWidget(label("Start with a network", "title"))
        self.sample = self._card("card_sample", "Shapes sample", SAMPLE_LINE,
                                 "mdi6.shape-outline", self.sample_chosen.emit)  # fmt: skip
        blank = self._card("card_blank", "Blank network", "An empty canvas and the palette.",
                           "mdi6.plus", self.blank_chosen.emit)  # fmt: skip
        open_file = self._card("card_open", "Open a project", "A .cnns file; or drop one here.",
                               "mdi6.folder-open-outline", self.open_chosen.emit)  # fmt: skip
        self._start = CardSection("")
        self._start.show_cards([self.sample, blank, open_file])
        self._recovered = CardSection("Unsaved work from last time")
        self._recent = CardSection("Recent projects")
        self._templates = TemplateShelf(session)
        self._templates.chosen.connect(self.template_chosen)
        for section in (self._start, self._recovered, self._recent, self._templates):
            self._column.addWidget(section)
        self._column.addStretch()
        self.setWidget(page)
        session.in_background(
            lambda: template(SAMPLE),
            lambda project: self.sample.show_network(project, self.sample.line),
        )
        self.refresh()

    def refresh(self) -> None:
        """Looks for recent projects and recovered work again."""
        recent = self._session.settings.recent
        self._session.in_background(
            lambda: [(path, path.stat().st_mtime) for path in recent if path.is_file()],
            self._show_recent,
        )
        self._session.in_background(left_work, self._show_recovered)

    def redraw(self) -> None:
        """Draws the cards in the current theme's colours."""
        for card in self.findChildren(Card):
            card.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.sample.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - 2 * MARGIN + GAP
        columns = max(1, min(MAXIMUM_COLUMNS, room // (self.sample.width() + GAP)))
        for section in (self._start, self._recent, self._templates):
            section.set_columns(columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        focused = self.focusWidget()
        if direction is None or not isinstance(focused, Card):
            super().keyPressEvent(event)
            return
        nearest = self._neighbour(focused, *direction)
        if nearest is not None:
            nearest.setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(nearest, 0, GAP)

    def _neighbour(self, card: Card, across: int, down: int) -> Card | None:
        """The nearest card in that direction."""
        here = card.mapTo(self.widget(), card.rect().center())

        def distance(other: Card) -> tuple[float, Card] | None:
            offset: QPoint = other.mapTo(self.widget(), other.rect().center()) - here
            ahead = offset.x() * across + offset.y() * down
            aside = abs(offset.x() * down) + abs(offset.y() * across)
            return (ahead + 3 * aside, other) if ahead > 0 and aside < 4 * ahead else None

        cards = [other for other in self.findChildren(Card) if other.isVisible()]
        found = [one for one in map(distance, cards) if one is not None]
        return min(found, key=lambda one: one[0])[1] if found else None

    def _card(
        self, name: str, title: str, line: str, icon: str | None, chosen: Callable[[], object]
    ) -> Card:
        card = Card(name, title, line, icon)
        card.clicked.connect(lambda: chosen())
        return card

    def _show_recent(self, found: list[tuple[Path, float]]) -> None:
        cards = []
        for path, changed in found[:MAXIMUM_COLUMNS]:
            line = f"{_moment(changed)} · {_short(path.parent)}"
            card = self._card(f"recent_{path.stem}", path.name, line, "mdi6.file-outline",
                              lambda path=path: self.recent_chosen.emit(path))  # fmt: skip
            card.setToolTip(str(path))
            cards.append(card)
        self._recent.show_cards(cards)
        for card, (path, _) in zip(cards, found, strict=False):
            self._session.in_background(
                lambda path=path: load(path),
                lambda project, card=card: self._show_network(card, project),
                lambda _error: None,  # told when somebody opens the file
            )

    def _show_network(self, card: Card, project: Project) -> None:
        if shiboken6.isValid(card):
            card.show_network(project, card.line)

    def _show_recovered(self, found: list[LeftWork]) -> None:
        rows = [self._recovered_row(work) for work in found]
        self._recovered.show_rows(rows)

    def _recovered_row(self, work: LeftWork) -> QWidget:
        name = work.saved.name if work.saved else work.project.name
        row = QFrame()
        row.setObjectName("recovered_row")
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        text = f"{name}, edited {_moment(work.time)}: the window ended before it was saved."
        line.addWidget(label(text))
        recover = QPushButton("Recover")
        recover.setObjectName("recover")
        recover.setAccessibleName(f"Recover {name}")
        recover.setProperty("role", "primary")
        recover.setAutoDefault(True)
        recover.clicked.connect(lambda: self.recovered.emit(work))
        discard = QPushButton("Discard")
        discard.setObjectName("discard")
        discard.setAccessibleName(f"Discard {name}")
        discard.setAutoDefault(True)
        discard.clicked.connect(
            lambda: self._session.in_background(work.discard, lambda _: self.refresh())
        )
        line.addWidget(recover)
        line.addWidget(discard)
        line.addStretch()
        return row


def _short(folder: Path) -> str:
    return str(folder).replace(str(Path.home()), "~", 1)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%d %b, %H:%M}"
