"""What a unit, a layer or a class would like to see most."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.imagine.python_lines import network_text, visualize_lines
from cnnstudio.interpret.imagine.settings import visualization
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.imagine.goal import LAYER, UNIT, Goal, GoalChoice
from cnnstudio.ui.inspect.imagine.growth_plot import GrowthPlot
from cnnstudio.ui.inspect.imagine.looking import Looking
from cnnstudio.ui.inspect.imagine.parameters_fold import ParametersFold
from cnnstudio.ui.inspect.imagine.picture_mosaic import PictureMosaic
from cnnstudio.ui.inspect.imagine.samples_row import SamplesRow
from cnnstudio.ui.inspect.imagine.studio import Made, Studio, steps_of
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

CONTROLS_WIDTH = 300


class VisualizePage(Page):
    """Choices at the left, the pictures, how they grow, at the right."""

    title = "Visualize"
    tip = "Pictures made to excite a unit, a layer or a class most"
    follows_image = False
    follows_layer = True
    follows_unit = True

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.choice = GoalChoice(focus)
        self.parameters = ParametersFold(session.settings, visualization)
        self.studio = Studio(session, focus, self)
        self._count = Inquiry(session, "visualize", "inspect units", self)
        self._looking = Looking(focus, self)
        self.start_button = QPushButton("Start")
        self.start_button.setProperty("role", "primary")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Steps done")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 100)
        self.told = QLabel()
        self.told.setProperty("role", "muted")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.curve = GrowthPlot()
        self.picture = ImageView("Picture", smooth=True)
        self.mosaic = PictureMosaic()
        self.heading = QLabel()
        self.heading.setProperty("role", "heading")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.look_button = QPushButton("Look at it")
        self.look_button.setToolTip("Opens the picture as an image, on the Image page")
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.samples = SamplesRow(session, focus)
        self._arrange()
        self._connect()

    def look(self) -> None:
        self.choice.show_focus()
        self._ask_count()
        self.samples.look()
        self._show()

    def forget(self) -> None:
        self._count.forget()
        self.samples.inquiry.forget()
        self.studio.stop()

    def redraw(self) -> None:
        self.parameters.redraw()
        self.stage.notice.redraw()
        for widget in (self.curve, self.picture, self.mosaic.viewport()):
            widget.update()

    def start(self) -> None:
        """Makes the pictures, or goes on with them."""
        goal = self.choice.goal
        if goal is not None and self.focus.subject is not None:
            self.studio.start(goal, self.parameters.values)
            self._show()

    def figure(self) -> Figure | None:
        """The pictures that are shown, to take away."""
        goal = self.choice.goal
        made = {} if goal is None else self.studio.made(goal, self.parameters.values)
        subject = self.focus.subject
        if goal is None or subject is None or not made:
            return None
        pictures = [
            (str(unit) if goal.kind == LAYER else "", picture)
            for unit, one in made.items()
            for picture in (one.pictures[:1] if goal.kind == LAYER else one.pictures)
        ]
        panels = tuple(Panel(picture, title, smooth=True) for title, picture in pictures)
        network = network_text(subject.arguments)
        caption = f"What excites {goal.title} {self._most}, {network}."
        columns = None if len(panels) == 1 else max(2, round(len(panels) ** 0.5))
        return Figure(panels, caption, columns=columns, name="seen")

    def python(self) -> str:
        goal = self.choice.goal
        assert goal is not None and self.focus.subject is not None, "there is a picture"
        arguments = self.focus.subject.arguments
        return visualize_lines(arguments, goal.layer, goal.units, self.parameters.values)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape and self.studio.is_busy:
            self.studio.stop()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.choice.changed.connect(self._show_other)
        self.parameters.changed.connect(self._show_other)
        self.focus.subject_changed.connect(self.studio.stop)
        self.focus.predicted.connect(self._take_classes)
        self.start_button.clicked.connect(self._start_or_stop)
        self.studio.grown.connect(self._show)
        self.studio.ended.connect(self._show)
        self.studio.failed.connect(lambda error: self.stage.tell_error(error))
        self.mosaic.chosen.connect(self._open_unit)
        self.look_button.clicked.connect(self._look_at)
        self._count.answered.connect(lambda answer: self._take_count(int(answer["count"])))
        self._count.failed.connect(lambda _: self._take_count(0))

    def _start_or_stop(self) -> None:
        if self.studio.is_busy:
            self.studio.stop()
        else:
            self.start()

    def _show_other(self) -> None:
        self.studio.stop()
        self._show()

    def _ask_count(self) -> None:
        """How many units the layer has. It costs one pass of an empty picture."""
        if self.focus.layer and self.focus.subject is not None and not self.studio.is_busy:
            self._count.ask(
                layer=self.focus.layer, units=[0], until=0, **self.focus.subject.arguments
            )

    def _take_count(self, count: int) -> None:
        self.choice.show_count(count)
        self._show()

    def _take_classes(self) -> None:
        self.choice.show_focus()
        if self.isVisible() and not self.studio.is_busy:
            self._show()

    def _open_unit(self, unit: int) -> None:
        """Shows one unit of the mosaic large; of several starts there is nothing more to see."""
        goal = self.choice.goal
        if goal is not None and goal.kind == LAYER:
            self.focus.show_unit(unit)
            self.choice.choose(UNIT)

    def _look_at(self) -> None:
        goal = self.choice.goal
        made = {} if goal is None else self.studio.made(goal, self.parameters.values)
        if goal is not None and len(made) == 1:
            [(unit, one)] = made.items()
            self._looking.look_at(
                one.pictures[self._best_of(one)], f"seen-{goal.layer or 'class'}-{unit}"
            )

    # What is shown

    def _show(self) -> None:
        """Shows what there is of the goal, or how to come to it."""
        goal = self.choice.goal
        if self.studio.is_busy and goal is not None and goal != self.studio.goal:
            self.studio.stop()
            return
        made = {} if goal is None else self.studio.made(goal, self.parameters.values)
        self._show_work(goal, made)
        self.samples.setVisible(goal is not None and goal.kind == UNIT)
        self.look_button.setVisible(len(made) == 1)
        self.picture_button.setEnabled(bool(made))
        self.heading.setText("" if goal is None else f"What excites {goal.title} {self._most}")
        if goal is None or not made:
            self._tell_how(goal)
            self.told.setText("")
            self.curve.setVisible(False)
            return
        self.stage.show_content()
        if goal.kind == LAYER:
            pictures = {unit: one.pictures[0] for unit, one in made.items()}
            self.mosaic.show_pictures(pictures, len(goal.units))
            self.views.setCurrentWidget(self.mosaic)
            self.told.setText(f"{len(made)} of {len(goal.units)} units. Click one to see it large.")
            self.curve.setVisible(False)
            return
        [one] = made.values()
        if len(one.pictures) == 1:
            self.picture.show_image(image_of(one.pictures[0]))
            self.views.setCurrentWidget(self.picture)
        else:
            self.mosaic.show_pictures(dict(enumerate(one.pictures)), len(one.pictures))
            self.views.setCurrentWidget(self.mosaic)
        self._show_numbers(goal, one)

    @property
    def _most(self) -> str:
        return "least" if self.parameters.values.get("negative") else "most"

    def _show_work(self, goal: Goal | None, made: dict[int, Made]) -> None:
        busy = self.studio.is_busy
        values = self.parameters.values
        done = goal is not None and self.studio.is_done(goal, values)
        self.start_button.setText(
            "Stop" if busy else "Done" if done else "Go on" if made else "Start"
        )
        tip = "Stops; what there is stays (Esc)" if busy else ""
        other = "Another seed among the parameters makes another picture" if done else ""
        self.start_button.setToolTip(tip or other)
        self.start_button.setEnabled(busy or (goal is not None and not done))
        self.progress.setVisible(busy or (bool(made) and not done))
        if goal is not None:
            self.progress.setValue(round(100 * self.studio.share(goal, values)))

    def _show_numbers(self, goal: Goal, one: Made) -> None:
        best = self._best_of(one)
        what = "log-odds" if goal.layer is None else "activation"
        told = (
            f"Step {one.step} of {steps_of(self.parameters.values)}: {what} "
            f"{number_text(float(one.values[best]))}; noise gives "
            f"{number_text(float(one.before[best]))}."
        )
        if one.probabilities is not None:
            share = quantities.percent(float(one.probabilities[best]))
            told += f" The network takes it for {goal.title} with {share}."
        self.told.setText(f"{told} {one.note}".strip())
        self.curve.setVisible(len(one.curve) > 1)
        if len(one.curve) > 1:
            values = [*one.curve[:-1, best].tolist(), float(one.values[best])]
            self.curve.show_growth(values, what)

    def _best_of(self, one: Made) -> int:
        """The start that came out best."""
        return int((np.argmin if self._most == "least" else np.argmax)(one.values))

    def _tell_how(self, goal: Goal | None) -> None:
        if self.studio.is_busy:
            self.stage.tell(Message("Making the first steps…"), "mdi6.timer-sand")
            return
        if goal is None:
            self.stage.tell(Message("Choose what to make a picture of."), "mdi6.creation-outline")
            return
        units = goal.kind == LAYER
        what = "pictures of what its units respond" if units else "a picture of what it responds"
        text = f"Press Start for {what} to {self._most}."
        hint = "A picture begins as noise and is changed step by step."
        self.stage.tell(Message(text, hint), "mdi6.creation-outline")

    def _arrange(self) -> None:
        controls = QWidget()
        controls.setProperty("role", "panel")
        column = QVBoxLayout(controls)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        column.addWidget(self.choice)
        column.addWidget(self.parameters)
        column.addSpacing(4)
        column.addWidget(self.start_button)
        column.addWidget(self.progress)
        column.addWidget(self.told)
        column.addWidget(self.curve)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(controls)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.views = QStackedWidget()
        self.views.addWidget(self.picture)
        self.views.addWidget(self.mosaic)
        self.stage = Stage(self.views)
        seen = QWidget()
        column = QVBoxLayout(seen)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        row = QHBoxLayout()
        row.addWidget(self.heading, 1)
        row.addWidget(self.look_button)
        row.addWidget(self.picture_button)
        column.addLayout(row)
        column.addWidget(self.stage, 1)
        column.addWidget(self.samples)
        self.panels = QSplitter(Qt.Orientation.Horizontal)
        self.panels.setHandleWidth(1)
        self.panels.setChildrenCollapsible(False)
        self.panels.addWidget(area)
        self.panels.addWidget(seen)
        self.panels.setStretchFactor(1, 1)
        self.panels.setSizes([CONTROLS_WIDTH, 1000])
        area.setMinimumWidth(260)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panels)
