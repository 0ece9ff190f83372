"""The images that the network takes for another class, and what in them speaks for it."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.as_python import mistakes_lines
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.images.samples_model import Source
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.embedding.choice import SPLITS
from cnnstudio.ui.inspect.embedding.heading import Heading, toggle_button
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.mistakes.choice import OF, MistakesChoice
from cnnstudio.ui.inspect.mistakes.grid import MistakesGrid
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

WIDTHS = (270, 1000)
COLUMNS = 6


class MistakesPage(Page):
    """Choices left, tiles right: a click looks at the image, a double click opens it."""

    title = "Mistakes"
    tip = "Images that are taken for another class, the most confident first"
    follows_image = False

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self._asked: dict[str, Any] = {}
        self._answer: dict[str, Any] | None = None
        self.choice = MistakesChoice(session)
        self.grid = MistakesGrid(session)
        self.heading = Heading("Mistakes", "Stop looking for mistakes")
        self.heat_button = toggle_button(
            "Heat", "Show the heat", "Show the heat over the images, or the images alone"
        )
        self.heat_button.setChecked(True)
        self.picture_button = PictureButton(session, self.figure, self.python)
        for button in (self.heat_button, self.picture_button):
            self.heading.add(button)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.hide()
        self._mistakes = Inquiry(session, "mistakes", "inspect mistakes", self)
        self._arrange()
        self._connect()
        self.redraw()

    def look(self) -> None:
        subject = self.focus.subject
        assert subject is not None, "there is a network"
        self.choice.list_layers(self.focus.layers)
        asked = {"split": self.choice.split.currentData(), **subject.arguments}
        if asked == self._asked and self._answer is not None:
            return
        self._asked = asked
        self._show_nothing()
        hint = "The whole split goes through the network once, unless the run's own test is known."
        self.stage.tell(Message("Looking for mistakes…", hint), "mdi6.timer-sand")
        self._mistakes.ask(**asked)

    def forget(self) -> None:
        self._mistakes.forget()
        self.grid.mistakes.forget_heats()
        self._asked = {}

    def redraw(self) -> None:
        self.stage.notice.redraw()
        color = "accent" if self.heat_button.isChecked() else "text_muted"
        self.heat_button.setIcon(theme.icon("mdi6.fire", color))
        self.grid.viewport().update()

    def figure(self) -> Figure | None:
        """The tiles that have their heat, to take away; None before there are any."""
        model = self.grid.mistakes
        panels: list[Panel] = []
        for row, fact in enumerate(model.facts):
            found = model.heat_of(row)
            if found is not None:
                sure = f"{fact['confidence']:.0%}"
                title = f"{fact['class']} → {fact['taken_for']}, {sure}"
                image, heat = found
                pixels = overlay(image, heat, model.opacity) if model.shows_heat else image
                panels.append(Panel(pixels, title, smooth=True))
        if not panels:
            return None
        method = methods[self.choice.method.currentData()].title
        of = OF[self.choice.of.currentData()].lower()
        caption = f"{len(panels)} of {len(model.facts)} mistakes; {method} of {of}."
        columns = min(COLUMNS, math.ceil(math.sqrt(len(panels))))
        return Figure(tuple(panels), caption, columns=columns, name="mistakes")

    def python(self) -> str:
        """The lines that make the same of the first mistakes. ExplanationError for no run."""
        model, pair = self.grid.mistakes, None
        if self.choice.pair.currentData() is not None:
            pair = model.facts[0]["label"], model.facts[0]["predicted"]
        count = sum(model.heat_of(row) is not None for row in range(len(model.facts)))
        asked = {**self._asked, **self.choice.arguments}
        return mistakes_lines(asked, pair, count, self.choice.of.currentData())

    # What comes

    def _take_answer(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self.choice.list_pairs(answer["mistakes"])
        self._show_pair()

    def _show_pair(self) -> None:
        """Lists the mistakes of the chosen pair."""
        answer, subject = self._answer, self.focus.subject
        if answer is None or subject is None:
            return
        facts, pair = list(answer["mistakes"]), self.choice.pair.currentData()
        if pair is not None:
            facts = [fact for fact in facts if [fact["class"], fact["taken_for"]] == pair]
        split = self._asked["split"]
        images = f"{SPLITS[split].lower()} image"
        among = f"of {quantities.plural(answer['samples'], images)}"
        self.heading.title.setText(f"{quantities.plural(len(facts), 'mistake')} {among}")
        if not facts:
            other = "Choose another split above; training images tell how much was learnt by heart."
            text = f"All {answer['samples']:,} {images}s are recognised."
            self.stage.tell(Message(text, other), "mdi6.check-circle-outline")
            return
        self.stage.show_content()
        source = Source(subject.project.data, subject.input_shape, split)
        self.grid.guard(source.settings)
        self.grid.mistakes.show_mistakes(source, facts, list(answer["classes"]))
        self._explain()

    def _explain(self) -> None:
        subject = self.focus.subject
        if subject is not None and self._answer is not None:
            self.note.hide()
            asked = {**self.choice.arguments, **subject.arguments}
            self.grid.mistakes.explain(asked, self.choice.of.currentData())
            self.grid.viewport().update()

    def _fail(self, error: Exception) -> None:
        self._show_nothing()
        self.stage.tell_error(error)

    def _fail_heat(self, error: Exception) -> None:
        """The images stay: that there is no heat is told above them."""
        message = Message.of(error)
        self.note.setText(f"{message.text} {message.hint}".strip())
        self.note.show()

    def _stop(self) -> None:
        self._mistakes.forget()
        self._show_nothing()
        again = ("Look for mistakes", self._look_again)
        self.stage.tell(Message("Stopped before it was done.", actions=(again,)))

    def _look_again(self) -> None:
        self._asked = {}
        self.refresh()

    def _show_nothing(self) -> None:
        self._answer = None
        self.heading.title.setText("Mistakes")
        self.note.hide()
        self.grid.mistakes.show_mistakes(None, [], [])

    def _tell_heats(self, done: int) -> None:
        waiting = self.grid.mistakes.is_waiting
        self.heading.busy.setText(f"{done:,} explained…" if waiting else "")

    def _show_heat(self, shown: bool) -> None:
        self.choice.opacity.setEnabled(shown)
        self.grid.mistakes.set_shows_heat(shown)
        self.redraw()

    def _want(self, index: int, opened: bool = False) -> None:
        self.focus.want_image([self._asked["split"], index], opened)

    # Putting it together

    def _arrange(self) -> None:
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.choice)
        column.addStretch()
        left.setMinimumWidth(240)
        self.stage = Stage(self.grid)
        column = QVBoxLayout(right)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        column.addWidget(self.heading)
        column.addWidget(self.note)
        column.addWidget(self.stage, 1)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setHandleWidth(1)
        self.parts.setChildrenCollapsible(False)
        for number, part in enumerate((left, right)):
            part.setProperty("role", "panel")
            self.parts.addWidget(part)
            self.parts.setStretchFactor(number, number)
        self.parts.setSizes(WIDTHS)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)

    def _connect(self) -> None:
        self.choice.split_changed.connect(self.refresh)
        self.choice.pair_changed.connect(self._show_pair)
        self.choice.changed.connect(self._explain)
        self.choice.faded.connect(self.grid.mistakes.set_opacity)
        self.heat_button.toggled.connect(self._show_heat)
        self.heading.stop_button.clicked.connect(lambda _=False: self._stop())
        self.grid.looked.connect(self._want)
        self.grid.opened.connect(
            lambda row: self._want(int(self.grid.mistakes.facts[row]["index"]), True)
        )
        self.grid.mistakes.heats_done.connect(self._tell_heats)
        self.grid.mistakes.layer_known.connect(self.choice.show_layer)
        self.grid.mistakes.heat_failed.connect(self._fail_heat)
        self._mistakes.answered.connect(self._take_answer)
        self._mistakes.failed.connect(self._fail)
        self.heading.follow(self._mistakes)
