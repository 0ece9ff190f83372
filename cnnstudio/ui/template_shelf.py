"""The templates on the start page: by family, with a search over names, papers and contents."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import shiboken6
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cnnstudio.blueprints import SAMPLE, Blueprint, blueprints, template
from cnnstudio.graph import Project
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.card_section import MAXIMUM_COLUMNS, CardSection, label
from cnnstudio.ui.cards import Card
from cnnstudio.ui.session import Session

CARD_SIZE = QSize(212, 178)
SEARCH_WIDTH = 260


class TemplateShelf(QWidget):
    """Emits the name of the chosen template. A network is read when its card is first seen."""

    chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._columns = MAXIMUM_COLUMNS
        self._cards: dict[str, Card] = {}
        self._families: list[tuple[CardSection, list[Blueprint]]] = []
        self.search = _Search()
        self.search.textChanged.connect(self._filter)
        self.search.entered.connect(self._focus_first)
        self._nothing = label("No template has all of these words.", "muted")
        self._nothing.hide()
        heading = QHBoxLayout()
        heading.addWidget(label("Templates", "heading"))
        heading.addStretch()
        heading.addWidget(self.search)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(heading)
        self._column.addWidget(self._nothing)
        self.hide()
        session.in_background(blueprints, self._show)

    def set_columns(self, columns: int) -> None:
        self._columns = columns
        for section, _ in self._families:
            section.set_columns(columns)

    def _show(self, found: list[Blueprint]) -> None:
        listed = [blueprint for blueprint in found if blueprint.name != SAMPLE]
        for family, members in groupby(listed, key=lambda blueprint: blueprint.family):
            section, kept = CardSection(family, "muted"), list(members)
            section.set_columns(self._columns)
            section.show_cards([self._card(blueprint) for blueprint in kept])
            self._column.addWidget(section)
            self._families.append((section, kept))
        self.search.setPlaceholderText(f"Search {len(listed)} templates")
        self.setVisible(bool(listed))

    def _card(self, blueprint: Blueprint) -> Card:
        name = blueprint.name
        card = Card(f"template_{name}", blueprint.title, summary(blueprint), None, CARD_SIZE,
                    facts(blueprint))  # fmt: skip
        card.clicked.connect(lambda: self.chosen.emit(name))
        card.first_seen.connect(
            lambda: self._session.in_background(
                lambda: template(name), lambda project: self._draw(card, project)
            )
        )
        card.setToolTip("\n".join(filter(None, (blueprint.line, blueprint.paper))))
        self._cards[name] = card
        return card

    def _draw(self, card: Card, project: Project) -> None:
        if shiboken6.isValid(card):
            tip = card.toolTip()
            card.show_network(project, card.line)
            card.setToolTip(tip)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        count = 0
        for section, members in self._families:
            fitting = [one for one in members if all(word in _text(one) for word in words)]
            section.show_cards([self._cards[one.name] for one in fitting], keep=True)
            count += len(fitting)
        self._nothing.setVisible(count == 0)

    def _focus_first(self) -> None:
        for section, _ in self._families:
            if section.cards:
                section.cards[0].setFocus(Qt.FocusReason.OtherFocusReason)
                return


class _Search(QLineEdit):
    """Emits `entered` on Enter and Down: on to the cards. Escape empties it."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("template_search")
        self.setAccessibleName("Search templates")
        self.setClearButtonEnabled(True)
        self.setFixedWidth(SEARCH_WIDTH)
        self.addAction(
            theme.icon("mdi6.magnify", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Return: self.entered.emit,
            Qt.Key.Key_Enter: self.entered.emit,
            Qt.Key.Key_Down: self.entered.emit,
            Qt.Key.Key_Escape: self.clear,
        }
        act = keys.get(event.key())
        if act is None:
            super().keyPressEvent(event)
        else:
            act()


def summary(blueprint: Blueprint) -> str:
    """What it is, without the name that stands above it."""
    before, colon, after = blueprint.line.partition(": ")
    text = after if colon and before.casefold() in blueprint.title.casefold() else blueprint.line
    return text[:1].upper() + text[1:]


def facts(blueprint: Blueprint) -> str:
    """`25.6 M parameters · 2015`."""
    parts = []
    if blueprint.parameters:
        parts.append(f"{quantities.count(blueprint.parameters)} parameters")
    if blueprint.year:
        parts.append(str(blueprint.year))
    return " · ".join(parts)


def _text(blueprint: Blueprint) -> str:
    parts = (blueprint.name, blueprint.title, blueprint.family, blueprint.line, blueprint.paper)
    return " ".join((*parts, str(blueprint.year))).casefold()
