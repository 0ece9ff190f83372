"""How a layer computes: the window on the input, the numbers, the value in the output."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.interpret.computation.shares import SharesAt
from cnnstudio.interpret.computation.summing import Combination
from cnnstudio.interpret.computation.wire import from_message
from cnnstudio.interpret.computation.working import Computation, Position, Working
from cnnstudio.interpret.figures.as_python import computation_lines, described
from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.panel import show_waiting
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.inspect.scale import range_of
from cnnstudio.ui.inspect.steps import scenes
from cnnstudio.ui.inspect.steps.drawing import drawn
from cnnstudio.ui.inspect.steps.header import SPEED, Header
from cnnstudio.ui.inspect.steps.middle import Middle
from cnnstudio.ui.inspect.steps.player import Player, less_motion
from cnnstudio.ui.inspect.steps.sides import Side
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

SHARES, WIDE_MIDDLE = (9, 18, 9), (7, 22, 7)  # of the width, for input, numbers and output
NORMALISED = "The network is given it normalised: less the mean, divided by the deviation."
ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0),
          Qt.Key.Key_Down: (1, 0)}  # fmt: skip


class StepsPage(Page):
    """Asks for one unit of the layer at a time, and follows pointer and keyboard by itself."""

    title = "Steps"
    tip = "How a value of a layer comes about, place by place"
    follows_layer = True
    follows_unit = True

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.working: Working | None = None
        self.told: Computation | None = None
        self._answer: dict[str, Any] = {}
        self._position: Position = ()
        self._channel = 0
        self._asking = Inquiry(session, "computation", "inspect steps", self)
        self.player = Player(self)
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.header = Header(focus, self.picture_button)
        self.input, self.output = Side("Input", channels=True), Side("Output")
        self.middle = Middle()
        self.sentence = QLabel()
        self.formula = QLabel()
        self._arrange()
        self._connect()

    # What a page does

    def look(self) -> None:
        if self.focus.layer:
            self._asking.ask(layer=self.focus.layer, unit=self.focus.unit, **self.focus.arguments)

    def forget(self) -> None:
        self._asking.forget()
        self.player.stop()

    def outdate(self) -> None:
        self.working = self.told = None
        self.player.stop()
        show_waiting(self.stage)

    def redraw(self) -> None:
        self.header.show_playing(self.player.plays)
        self.middle.redraw()
        self.stage.notice.redraw()
        if self.working is not None:
            self._show()

    # Where it is

    @property
    def position(self) -> Position:
        """The place of the output that is told of."""
        return self._position

    def go(self, position: Position) -> None:
        """Tells of another place of the output."""
        if self.working is not None and position != self._position:
            self._position = position
            self._show()

    def choose_channel(self, index: int) -> None:
        """Looks at another of the input's maps."""
        self._channel = index
        self._show()

    # Taking it out

    def figure(self) -> Figure | None:
        """What stands between header and sentence, at twice its size; None before it came."""
        if self.told is None or not self.stage.shows_content:
            return None
        caption = f"{self.told.sentence} {described(self._asking.asked)}."
        return Figure((Panel(drawn(self.parts)),), caption, name=f"steps-{self.told.layer}")

    def python(self) -> str:
        """The lines that tell the same."""
        told = self.told
        assert told is not None, "there is a picture"
        return computation_lines(self._asking.asked, told.layer, told.unit, told.position)

    # Qt's events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        working = self.working
        key = Qt.Key(event.key())
        if working is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self.player.pause()
            self._step(*ARROWS[key])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._step_unit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.player.pause()
            last = tuple(size - 1 for size in working.output.shape)
            self.go((0,) * len(last) if key == Qt.Key.Key_Home else last)
        elif key == Qt.Key.Key_Space:
            self.toggle()
        elif key == Qt.Key.Key_Escape and self.player.seen is not None:
            self.player.stop()
            self._show()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.pause()

    def toggle(self) -> None:
        """Plays or pauses; goes on by one place where the system asks for less motion."""
        if self.working is None or self.working.output.size < 2:
            return
        if self.player.plays:
            self.player.pause()
        elif less_motion():
            self._step_on()
        else:
            self.player.play(self._plane_size())
        self.header.show_playing(self.player.plays)

    # Putting it together

    def _arrange(self) -> None:
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.formula.setProperty("role", "muted")
        self.formula.setTextFormat(Qt.TextFormat.PlainText)
        self.formula.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        content = QWidget()
        self.parts = QWidget()
        self._row = row = QHBoxLayout(self.parts)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        for part in (self.input, self.middle, self.output):
            row.addWidget(part)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.parts, 1)
        column.addWidget(self.sentence)
        column.addWidget(self.formula)
        self.stage = Stage(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(theme.spacing)
        outer.addLayout(self.header)
        outer.addWidget(self.stage, 1)
        settings = self.session.settings
        self.header.speed.setValue(settings.value("steps/speed", SPEED))
        self.header.in_colour.setChecked(settings.value("steps/in_colour", True))
        self.player.set_speed(self.header.speed.value())

    def _connect(self) -> None:
        self._asking.answered.connect(self._take)
        self._asking.failed.connect(self._fail)
        self._asking.slow.connect(lambda: self.header.busy.setText("Asking…"))
        self._asking.settled.connect(lambda: self.header.busy.setText(""))
        self.header.unit.valueChanged.connect(self.focus.show_unit)
        self.header.in_colour.toggled.connect(self._take_colour)
        self.header.speed.valueChanged.connect(self._take_speed)
        self.header.play.clicked.connect(self.toggle)
        self.player.stepped.connect(lambda number: self.go(self._numbered(number)))
        self.player.ended.connect(lambda: self.header.show_playing(False))
        self.middle.channel_chosen.connect(self.choose_channel)
        self.input.channels.chosen.connect(self.choose_channel)
        self.input.lattice.pointed.connect(self._point_input)
        self.output.lattice.pointed.connect(self._point_output)
        for lattice, point in ((self.input.lattice, self._point_input),
                               (self.output.lattice, self._point_output)):  # fmt: skip
            lattice.pressed.connect(
                lambda row, column, point=point: self._press(point, row, column)
            )

    # What comes

    def _take(self, answer: dict[str, Any]) -> None:
        before = self.working
        self._answer = answer
        self.working = working = from_message(answer["working"])
        self.player.stop()
        if before is None or before.output.shape != working.output.shape:
            self._position = working.strongest()
        if before is None or before.layer != working.layer:
            self._channel = scenes.strongest(working.at(self._position))
        self.header.show_working(working, self._names(working, working.units)[working.unit])
        self.stage.show_content()
        self._show()
        if working.unit != self.focus.unit:
            self.focus.show_unit(working.unit)

    def _fail(self, error: Exception) -> None:
        self.working = self.told = None
        self.player.stop()
        self.stage.tell_error(error)

    def _take_colour(self, chosen: bool) -> None:
        self.session.settings.set_value("steps/in_colour", chosen)
        self._show()

    def _take_speed(self, level: int) -> None:
        self.session.settings.set_value("steps/speed", level)
        self.player.set_speed(level)

    # Showing

    def _show(self) -> None:
        working = self.working
        if working is None:
            return
        self.told = told = working.at(self._position)
        self._show_input(working, told)
        count = len(told.shares) if isinstance(told, SharesAt) else 0
        names, origins = self._names(working, count), self._answer["origins"]
        origin = origins[0] if len(origins) == 1 else "input"
        self.middle.show_computation(working, told, self._channel, names, origin)
        self._show_output(working, told)
        shares = WIDE_MIDDLE if self.middle.is_wide else SHARES
        for number, share in enumerate(shares):
            self._row.setStretch(number, share)
        sentence = told.sentence
        if not told.agrees:
            sentence += f" The network itself gave {number_text(told.value)}."
        self.sentence.setFont(theme.font(16))
        self.sentence.setText(sentence)
        self.formula.setText(told.formula)
        self.formula.setVisible(bool(told.formula))
        self.setAccessibleDescription(sentence)

    def _show_input(self, working: Working, told: Computation) -> None:
        given = scenes.given(working, told, self._channel)
        self.input.setVisible(given is not None)
        self.header.in_colour.setVisible(False)
        if given is None:
            return
        self._channel = given.current
        picture = self._picture_of(given)
        self.header.in_colour.setVisible(picture is not None)
        if picture is not None and self.header.in_colour.isChecked():
            self.input.show_picture(picture, given.margins)
            self.input.title.setText("Input: the image")
        else:
            shown = given.maps[given.current]
            within = range_of(given.maps) if shown.size == 1 else None
            self.input.show_map(shown, given.margins, within=within)
            self.input.title.setText(f"Input: {given.names[given.current]}")
        titles = working.names if isinstance(working, Combination) else ()
        self.input.show_channels(given.maps, given.current, titles)
        self.input.note.setText(NORMALISED)
        self.input.note.setVisible(self._is_normalised)
        self.input.lattice.show_place(given.window, given.mark)

    def _show_output(self, working: Working, told: Computation) -> None:
        has_map = working.output.size > 1
        self.output.setVisible(has_map)
        if not has_map:
            return
        values = scenes.plane(working.output, self._position)
        seen = self.player.seen
        shown = None if seen is None else seen.reshape(values.shape)
        self.output.show_map(values, seen=shown)
        self.output.lattice.show_place(mark=scenes.cell_of(self._position))
        self.output.title.setText(f"Output: {number_text(told.value)}")

    def _names(self, working: Working, count: int) -> list[str]:
        """What the units of a vector stand for: the classes, where there are as many."""
        fits = not working.output.shape and count == len(self.focus.classes)
        return self.focus.classes if fits else [""] * count

    @property
    def _is_normalised(self) -> bool:
        """Whether the layer is given the image, and that not as it is."""
        subject = self.focus.subject
        return bool(
            self._answer["is_image"] and subject is not None and subject.project.data.normalize
        )

    def _picture_of(self, given: scenes.Given) -> np.ndarray | None:
        """The image in colour, where the layer is given just that."""
        picture = np.asarray(self._answer["image"])
        fits = self._answer["is_image"] and given.maps.shape == (3, *picture.shape[:2])
        return picture if fits else None

    # Moving

    def _point_input(self, row: int, column: int) -> None:
        if self.working is not None and not self.player.plays:
            near = scenes.nearest(self.working, self._position, row, column)
            if near is not None:
                self.go(near)

    def _point_output(self, row: int, column: int) -> None:
        if self.working is not None and not self.player.plays:
            shape = self.working.output.shape
            self.go(scenes.position_of(row, column, shape, self._position))

    def _press(self, point: Any, row: int, column: int) -> None:
        self.player.pause()
        point(row, column)

    def _step(self, down: int, right: int) -> None:
        assert self.working is not None
        shape = self.working.output.shape
        if not shape:
            self._step_unit(down + right)
            return
        row, column = scenes.cell_of(self._position)
        self.go(
            scenes.position_of(max(0, row + down), max(0, column + right), shape, self._position)
        )

    def _step_unit(self, step: int) -> None:
        assert self.working is not None
        self.focus.show_unit(max(0, min(self.working.unit + step, self.working.units - 1)))

    def _step_on(self) -> None:
        rows, columns = self._plane_shape()
        row, column = scenes.cell_of(self._position)
        self.go(self._numbered((row * columns + column + 1) % (rows * columns)))

    def _numbered(self, number: int) -> Position:
        assert self.working is not None
        _, columns = self._plane_shape()
        place = number // columns, number % columns
        return scenes.position_of(*place, self.working.output.shape, self._position)

    def _plane_shape(self) -> tuple[int, int]:
        assert self.working is not None
        rows, columns = scenes.plane(self.working.output, self._position).shape
        return rows, columns

    def _plane_size(self) -> int:
        rows, columns = self._plane_shape()
        return rows * columns
