"""How little it takes to make the network say something else."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.adversarial.attacks import GREATEST, LEVELS, attacks
from cnnstudio.interpret.adversarial.pictures import change_picture
from cnnstudio.interpret.figures.as_python import described
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.imagine.python_lines import attack_lines
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.imagine.attack_views import AttackViews
from cnnstudio.ui.inspect.imagine.epsilon_slider import EpsilonSlider, TurnedLegend
from cnnstudio.ui.inspect.imagine.looking import Looking
from cnnstudio.ui.inspect.imagine.parameters_fold import ParametersFold
from cnnstudio.ui.inspect.imagine.robust_panel import RobustPanel
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.panel import show_waiting
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

STEPS = round(GREATEST * LEVELS)
BEGIN = 4
CONTROLS_WIDTH = 300
ANY = "Any other"


class AttackPage(Page):
    """Method, class and epsilon at the left; image, change and result at the right. All epsilons of
    the slider come in one answer, so that moving it costs nothing."""

    title = "Attack"
    tip = "How little it takes to make the network say something else"

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.answer: dict[str, Any] | None = None
        self._asked: dict[str, Any] = {}
        self.inquiry = Inquiry(session, "attack", "inspect attack", self)
        self._smallest = Inquiry(session, "smallest_attack", "inspect smallest", self)
        self._looking = Looking(focus, self)
        self.method = ChoiceBox("Method", [(one.title, kind) for kind, one in attacks.items()])
        self.method.shrink_to(10)
        self.method.choose(session.settings.value("inspect/attack", "fgsm"))
        self.target = ChoiceBox("Class to end at", [(ANY, None)])
        self.target.shrink_to(8)
        self.target.setToolTip("The class that the network is to say")
        self.help = QLabel()
        self.help.setProperty("role", "caption")
        self.help.setWordWrap(True)
        self.folds = {kind: ParametersFold(session.settings, one) for kind, one in attacks.items()}
        self.slider = EpsilonSlider(STEPS)
        self.slider.setValue(BEGIN)
        self.amount = QLabel()
        self.amount.setTextFormat(Qt.TextFormat.PlainText)
        self.legend = TurnedLegend()
        self.busy = QLabel()
        self.busy.setProperty("role", "caption")
        self.find_button = QPushButton("Find the smallest")
        self.find_button.setToolTip("Searches for the least change that turns the decision")
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.found.setTextFormat(Qt.TextFormat.PlainText)
        self.robust = RobustPanel(session)
        self.views = AttackViews()
        self.look_button = QPushButton("Look at the result")
        self.look_button.setToolTip("Opens the changed image on the Image page: why, and where")
        self.picture_button = PictureButton(session, self.figure, self.python)
        self._arrange()
        self._connect()
        self._show_method()

    def look(self) -> None:
        subject = self.focus.subject
        assert subject is not None
        self._smallest.forget()
        self._show_found("", None)
        chosen = {"method": self.method.currentData(), "parameters": self._fold.values}
        self.robust.show_asked({**subject.arguments, **chosen})
        self._asked = {**self.focus.arguments, **chosen, "target": self.target.currentData()}
        epsilons = [levels / LEVELS for levels in range(STEPS + 1)]
        self.inquiry.ask(epsilons=epsilons, **self._asked)

    def forget(self) -> None:
        self.inquiry.forget()
        self._smallest.forget()
        self.robust.show_asked({})

    def outdate(self) -> None:
        self.answer = None
        self._enable(False)
        self._show_found("", None)
        self.slider.show_turned([])
        show_waiting(self.stage)

    def redraw(self) -> None:
        self.stage.notice.redraw()
        self.views.redraw()
        for fold in self.folds.values():
            fold.redraw()
        self.slider.update()
        self.legend.update()

    def figure(self) -> Figure | None:
        """The three pictures as they are shown, to take away."""
        if self.answer is None:
            return None
        levels = self.slider.value()
        image, result = np.asarray(self.answer["image"]), self.views.result
        change = np.asarray(self.answer["changes"][levels], np.float32)
        panels = (
            Panel(image, self.views.titles[0].text()),
            Panel(change_picture(change, levels / LEVELS), "Change",
                  Scale("coolwarm", -levels, levels)),
            Panel(result, self.views.titles[2].text()),
        )  # fmt: skip
        method = attacks[self._asked["method"]].title
        caption = f"{method}, at most {levels}/{LEVELS}: {described(self._asked)}."
        return Figure(panels, caption, name="attack")

    def python(self) -> str:
        asked = self._asked
        return attack_lines(
            asked, asked["method"], self.slider.value(), asked["target"], asked["parameters"]
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        lens = self.views.lens
        match event.text():
            case "+":
                lens.zoom(1.25)
            case "-":
                lens.zoom(0.8)
            case "0":
                lens.show_all()
            case _:
                super().keyPressEvent(event)

    @property
    def _fold(self) -> ParametersFold:
        return self.folds[self.method.currentData()]

    def _connect(self) -> None:
        self.method.activated.connect(lambda _: self._choose_method())
        self.target.activated.connect(lambda _: self.refresh())
        for fold in self.folds.values():
            fold.changed.connect(self.refresh)
        self.focus.predicted.connect(self._take_classes)
        self.slider.valueChanged.connect(lambda _: self._show())
        self.inquiry.slow.connect(self._tell_waiting)
        self.inquiry.settled.connect(lambda: self.busy.setText(""))
        self.inquiry.progressed.connect(lambda share, _: self._tell_share(share))
        self.inquiry.answered.connect(self._take_answer)
        self.inquiry.failed.connect(self._take_refusal)
        self.find_button.clicked.connect(self._find)
        self._smallest.answered.connect(self._take_smallest)
        self._smallest.failed.connect(lambda error: self._show_found(error.message, None))
        self.look_button.clicked.connect(
            lambda: self._looking.look_at(self.views.result, f"attacked-{self.slider.value()}")
        )

    def _choose_method(self) -> None:
        self.session.settings.set_value("inspect/attack", self.method.currentData())
        self._show_method()
        self.refresh()

    def _show_method(self) -> None:
        declared = attacks[self.method.currentData()]
        for fold in self.folds.values():
            fold.setVisible(fold is self._fold)
        self.help.setText(declared.doc)
        self.help.setToolTip(f"{declared.formula}\n{declared.reference}")

    def _take_classes(self) -> None:
        names = self.focus.classes
        self.target.show_items([(ANY, None), *((name, n) for n, name in enumerate(names))])

    def _take_answer(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        decisions = np.asarray(answer["probabilities"]).argmax(axis=1)
        aim = answer["target"]
        turned = decisions != decisions[0] if aim is None else decisions == aim
        self.slider.show_turned(turned.tolist())
        name = None if aim is None else str(answer["classes"][aim])
        self.legend.show_turned(bool(turned.any()), name)
        self.stage.show_content()
        self._enable(True)
        self._show()

    def _take_refusal(self, error: Exception) -> None:
        self.answer = None
        self._enable(False)
        self.stage.tell_error(error)

    def _find(self) -> None:
        if self._asked:
            self._show_found("Searching…", None)
            self._smallest.ask(**self._asked)

    def _take_smallest(self, answer: dict[str, Any]) -> None:
        epsilon = answer["epsilon"]
        self._show_found(str(answer["sentence"]), None if epsilon is None else epsilon * LEVELS)

    def _show_found(self, text: str, levels: float | None) -> None:
        self.found.setText(text)
        self.found.setVisible(bool(text))
        self.slider.show_smallest(levels)

    def _show(self) -> None:
        levels = self.slider.value()
        self.amount.setText(
            f"{levels}/{LEVELS}  ·  {quantities.percent(levels / LEVELS)} of the range"
        )
        if self.answer is not None:
            self.views.show_answer(self.answer, levels)

    def _enable(self, there: bool) -> None:
        for widget in (self.slider, self.find_button, self.look_button, self.picture_button):
            widget.setEnabled(there)

    def _tell_waiting(self) -> None:
        if self.answer is None:
            self.stage.tell(Message("Attacking…"), "mdi6.timer-sand")
        self.busy.setText("Asking…")

    def _tell_share(self, share: float | None) -> None:
        self.busy.setText("" if share is None else f"{share:.0%}")

    def _arrange(self) -> None:
        controls = QWidget()
        controls.setProperty("role", "panel")
        column = QVBoxLayout(controls)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        rows = QGridLayout()
        rows.setHorizontalSpacing(12)
        rows.setVerticalSpacing(6)
        rows.setColumnStretch(1, 1)
        for row, (text, widget) in enumerate((("Method", self.method), ("Turn into", self.target))):
            rows.addWidget(_muted(text), row, 0)
            rows.addWidget(widget, row, 1)
        column.addLayout(rows)
        column.addWidget(self.help)
        for fold in self.folds.values():
            column.addWidget(fold)
        column.addSpacing(4)
        row = QHBoxLayout()
        row.addWidget(_muted("Change of each pixel, at most"))
        row.addStretch()
        row.addWidget(self.busy)
        column.addLayout(row)
        column.addWidget(self.amount)
        column.addWidget(self.slider)
        column.addWidget(self.legend)
        column.addWidget(self.find_button)
        column.addWidget(self.found)
        line = QFrame()
        line.setProperty("role", "line")
        column.addWidget(line)
        column.addWidget(self.robust)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(controls)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(260)
        self.stage = Stage(self.views)
        seen = QWidget()
        column = QVBoxLayout(seen)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.look_button)
        row.addWidget(self.picture_button)
        column.addLayout(row)
        column.addWidget(self.stage, 1)
        self.panels = QSplitter(Qt.Orientation.Horizontal)
        self.panels.setHandleWidth(1)
        self.panels.setChildrenCollapsible(False)
        self.panels.addWidget(area)
        self.panels.addWidget(seen)
        self.panels.setStretchFactor(1, 1)
        self.panels.setSizes([CONTROLS_WIDTH, 1000])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panels)
        self._enable(False)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
