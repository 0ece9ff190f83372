"""Which parts of the image speak for a class, and whether that can be trusted."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import Node
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.as_python import described, heat_lines
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.interpret.figures.making import heat_figure
from cnnstudio.interpret.figures.pictures import range_map
from cnnstudio.ui import theme
from cnnstudio.ui.images.truth import outline
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.heat_choice import HeatChoice
from cnnstudio.ui.inspect.heat_views import HeatViews
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.inspect.scorecard import Scorecard
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session
from cnnstudio.ui.wheel import pass_wheel

OPACITY = 60


class HeatPanel(Panel):
    """Class, method and layer to choose, the heat over the image, and its scorecard. `wanted` is
    emitted when another explanation is to be asked for; `arguments` are those of the question."""

    wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Why?", content, parent)
        self._answer: dict[str, Any] | None = None
        self._asked: dict[str, Any] = {}
        self._truth: dict[str, Any] = {}
        self._outlined = False
        self._reason = ""
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.header.addWidget(self.picture_button)
        self.choice = HeatChoice()
        self.choice.changed.connect(self.wanted)
        self.target, self.method = self.choice.target, self.choice.method
        self.against, self.layer = self.choice.against, self.choice.layer
        self.column.insertWidget(1, self.choice)
        self.views = HeatViews()
        self.view = self.views.main
        self.views.hovered.connect(self._tell_heat)
        self.views.left.connect(lambda: self.note.setText(self._reason))
        self.colors = ColorBar("magma")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity of the heat")
        self.opacity.setToolTip("Opacity of the heat")
        self.opacity.setRange(0, 100)
        pass_wheel(self.opacity)
        self.opacity.setValue(OPACITY)
        self.opacity.valueChanged.connect(lambda value: self.views.set_opacity(value / 100))
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setMinimumHeight(36)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.scorecard = Scorecard()
        self.scorecard.shown.connect(self._show_results)
        self._arrange(content)

    @property
    def arguments(self) -> dict[str, Any]:
        return self.choice.arguments

    def follow(self, inquiry: Inquiry) -> None:
        super().follow(inquiry)
        inquiry.progressed.connect(self._show_progress)

    def follow_trust(self, inquiry: Inquiry) -> None:
        """Shows what becomes of the question whether it can be trusted."""
        inquiry.progressed.connect(self.scorecard.show_progress)
        inquiry.answered.connect(self.scorecard.show_answer)
        inquiry.failed.connect(self.scorecard.show_error)
        self.scorecard.taken_back.connect(inquiry.forget)

    def list_classes(self, classes: list[str]) -> None:
        """The classes to choose from, the chosen one kept."""
        self.choice.list_classes(classes)

    def list_layers(self, layers: list[Node]) -> None:
        """The nodes to choose from, the chosen one kept."""
        self.choice.list_layers(layers)

    def choose_class(self, number: int) -> None:
        """Explains this class."""
        if self.target.choose(number):
            self.wanted.emit()

    def show_heat(self, answer: dict[str, Any], asked: dict[str, Any] | None = None) -> None:
        """Shows an answer of `explain` to what was `asked`."""
        self._asked = asked or {}
        against = answer.get("against_class")
        self.title.setText(
            f"Why “{answer['class']}”, not “{against}”?" if against else f"Why “{answer['class']}”?"
        )
        self._truth = answer.get("truth") or {}
        told = [str(answer[name]) for name in ("reason", "note") if answer.get(name)]
        self._reason = " ".join(told) or methods[answer["method"]].doc
        if answer["layer"] and answer["reason"]:
            self.choice.show_suggestion(answer["layer"], answer["reason"])
        self.note.setText(self._reason)
        shown = self.views.show_answer(answer)
        self.colors.show_map(range_map(shown))
        self.colors.show_range(*shown)
        self.show_outline(self._outlined)
        self._show_whether_any(answer)
        self.show_answer()

    def show_outline(self, shown: bool) -> None:
        self._outlined = shown
        self.views.show_outline(outline(self._truth) if shown else [])

    def figure(self) -> Figure | None:
        """What is shown, to take away; None before there is any heat."""
        answer = self._answer
        if answer is None:
            return None
        layer = f" at {answer['layer']}" if answer["layer"] else ""
        title = methods[answer["method"]].title
        seen = f": {described(self._asked)}" if self._asked else ""
        against = answer.get("against_class")
        name = f"{answer['class']}-{answer['method']}"
        return heat_figure(
            np.asarray(answer["image"]),
            np.asarray(answer["heat"]),
            np.asarray(answer["against_heat"]) if against else None,
            classes=[str(answer["class"]), *([str(against)] if against else [])],
            opacity=self.opacity.value() / 100,
            signed=methods[answer["method"]].signed,
            caption=f"{title}{layer}{seen}.",
            name=re.sub(r"[^\w.-]+", "-", name),
        )

    def python(self) -> str:
        """The lines that make the same figure."""
        figure = self.figure()
        assert figure is not None and self._answer is not None, "there is a picture"
        opacity = self.opacity.value() / 100
        return heat_lines(self._asked, self._answer, opacity, figure.name, figure.caption)

    def outdate(self) -> None:
        super().outdate()
        self._answer = None
        self.picture_button.setEnabled(False)
        self.title.setText("Why?")

    def redraw(self) -> None:
        super().redraw()
        self.choice.redraw()
        self.shown.notice.redraw()
        self.scorecard.redraw()

    def _arrange(self, content: QWidget) -> None:
        """What is seen may need scrolling; the question whether to trust it is always there."""
        foot = QHBoxLayout()
        foot.setSpacing(12)
        faint = QLabel("Opacity")
        faint.setProperty("role", "muted")
        foot.addWidget(faint)
        foot.addWidget(self.opacity, 1)
        line = QFrame()
        line.setProperty("role", "line")
        seen = QWidget()
        column = QVBoxLayout(seen)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.views, 1)
        column.addWidget(self.colors)
        column.addLayout(foot)
        self.shown = Stage(seen)
        inner = QWidget()
        inner.setProperty("role", "panel")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.shown, 1)
        column.addWidget(self.note)
        column.addWidget(self.scorecard)
        column.addStretch()
        self.area = area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(area, 1)
        column.addWidget(line)
        column.addWidget(self.scorecard.head)

    def _show_results(self) -> None:
        """Scrolls to the results of the checks, of which the first at least is seen."""
        QTimer.singleShot(0, self.scorecard, lambda: self.area.verticalScrollBar().setValue(
            self.scorecard.y()))  # fmt: skip

    def _show_whether_any(self, answer: dict[str, Any]) -> None:
        """Shows the heat, or says that there is none: a picture of zeros tells nothing."""
        heats = [answer[name] for name in ("heat", "against_heat") if name in answer]
        some = any(np.any(heat) for heat in heats)
        self._answer = answer if some else None
        self.picture_button.setEnabled(some)
        if some:
            self.shown.show_content()
            return
        layer, of_class = answer["layer"], methods[answer["method"]].uses_target
        classes = " or ".join(
            f"“{answer[name]}”" for name in ("class", "against_class") if answer.get(name)
        )
        where = f"in {layer}" if layer else "that this method finds"
        speaks = f"speaks for {classes}" if of_class else "stands out"
        self.shown.tell(
            Message(
                f"Nothing {where} {speaks} here.",
                f"The heat is 0 everywhere. Try another {'layer or ' if layer else ''}method.",
            ),
            "mdi6.image-off-outline",
        )

    def _show_progress(self, share: float | None, text: str) -> None:
        self.busy.setText(text if share is None else f"{share:.0%}")

    def _tell_heat(self, heat: float, column: int, row: int) -> None:
        self.note.setText(f"row {row}, column {column}: {number_text(heat)}")
