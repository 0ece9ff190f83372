"""How a layer's weights, gradients and activations were spread over a run, live while it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.interpret.figures.histograms import histograms_figure
from cnnstudio.training.histograms import KINDS, Histogram, Histograms, Kind, Series
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.filters.spread_plot import SpreadPlot
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.runs.looking import LookingView

LOOK_MILLISECONDS = 1000
LOOKS = (("Heat", False), ("Ridges", True))
DENSITIES = (("Linear density", False), ("Log density", True))
LOOK, DENSITY, KIND = "inspect/spread_ridges", "inspect/spread_log", "inspect/spread_kind"


@dataclass(frozen=True)
class Spread:
    """What was read for one choice. `series` is None where there is none."""

    wanted: tuple[RunDirectory, str, str, str]
    known: bool  # whether the run has any histograms
    ended: bool
    kinds: tuple[Kind, ...]
    parameters: tuple[str, ...]
    series: Series | None


class SpreadPanel(LookingView):
    """Shows a node of a run, or says why there is nothing to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, LOOK_MILLISECONDS, parent)
        self._run: RunDirectory | None = None
        self._node = ""
        self._read: Histograms | None = None
        self._shown: Spread | None = None
        self.plot = SpreadPlot()
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.colors = ColorBar("magma")
        self.colors.setAccessibleName("Share of the values")
        self.colors.setMaximumWidth(140)
        content = QWidget()
        self.panel = Panel("Over time", content)
        self._make_controls(session)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.colors)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.plot, 1)
        column.addLayout(foot)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.panel)
        self.plot.pointed.connect(self._tell_moment)

    def look_at(self, run: RunDirectory | None, node: str) -> None:
        """Shows a node of a run; without a run, that there is nothing yet."""
        if (run, node) != (self._run, self._node):
            self._shown = None
        self._run, self._node = run, node
        self.refresh()

    def figure(self) -> Figure | None:
        """What is shown, to take away."""
        if self._shown is None or self._shown.series is None or not self.panel.stage.shows_content:
            return None
        caption = f"Run {self._shown.wanted[0].name}."
        log, name = bool(self.density.currentData()), f"{self._node}-{self._shown.series.kind}"
        return histograms_figure([self._shown.series], log=log, caption=caption, name=name)

    def python(self) -> str:
        """The lines that make the same figure."""
        if self._shown is None or self._shown.series is None:
            raise ExplanationError("There are no histograms.")
        return "\n".join(
            [
                "import cnnstudio as cs",
                "",
                f"histograms = cs.histograms({str(self._shown.wanted[0].path)!r})",
                f"series = histograms.series({self._shown.series.node!r}, "
                f"{self._shown.series.kind!r}, {self._shown.series.parameter!r})",
                f"figure = cs.histograms_figure([series], log={bool(self.density.currentData())})",
                'figure.save("histograms.png")',
                "",
            ]
        )

    def redraw(self) -> None:
        self.panel.redraw()
        self.plot.update()

    # Reading, on another thread

    def refresh(self) -> None:
        if self._run is None:
            self._say("The untrained network has no history.", "Train it, and come back.")
        else:
            super().refresh()

    def reading(self) -> Callable[[], Spread]:
        run, node = self._run, self._node
        assert run is not None, "it was looked at"
        kind, parameter = self._kind_wanted, self.parameter.currentData() or ""
        if self._read is None or self._read.run != run:
            self._read = Histograms(run)
        read = self._read

        def look() -> Spread:
            ended = run.raw_status().state not in UNFINISHED
            read.refresh()
            kinds = tuple(read.kinds(node))
            chosen: Any = kind if kind in kinds else next(iter(kinds), kind)
            parameters = tuple(read.parameters(node, chosen))
            named = parameter if parameter in parameters else ""
            series = read.series(node, chosen, named)
            wanted = run, node, kind, parameter
            return Spread(wanted, bool(read.nodes), ended, kinds, parameters, series)

        return look

    def show_found(self, found: Spread) -> None:
        wanted = self._run, self._node, self._kind_wanted, self.parameter.currentData() or ""
        if found.wanted[:3] != wanted[:3]:
            self.refresh()  # something else was chosen while it was read
            return
        before, self._shown = self._shown, found
        if found.series is None:
            self._say_what_is_missing(found)
            return
        names = {kind: kind.capitalize() for kind in KINDS}
        self.kind.show_items((names[kind], kind) for kind in found.kinds)
        self.kind.choose(found.series.kind)
        self.parameter.show_items((name, name) for name in found.parameters)
        self.parameter.choose(found.series.parameter)
        self.parameter.setVisible(len(found.parameters) > 1)
        self.kind.setVisible(len(found.kinds) > 1)
        same = before is not None and before.series is not None and (
            before.wanted[:2] == found.wanted[:2]
            and _identity(before.series) == _identity(found.series)
        )  # fmt: skip
        if not same or not self.panel.stage.shows_content:
            self._draw()
        self.panel.show_answer()

    def show_error(self, error: Exception) -> None:
        self._shown = None
        self.panel.stage.tell_error(error)

    # Putting it together

    def _make_controls(self, session: Session) -> None:
        settings = session.settings
        self._kind_wanted: str = settings.value(KIND, "weights")
        self.kind = ChoiceBox("What is shown")
        self.kind.setToolTip(
            "Weights after a step, gradients that it took, or what the layer gave for images of "
            "its batch"
        )
        self.parameter = ChoiceBox("Parameter of the histograms")
        self.parameter.setToolTip("Of which of the layer's parameters")
        self.look = ChoiceBox("Kind of the picture", LOOKS)
        self.look.setToolTip("Heat: time across, values up. Ridges: each moment before the last")
        self.look.choose(settings.value(LOOK, False))
        self.density = ChoiceBox("Density", DENSITIES)
        self.density.setToolTip("Log shows few values too: down to a thousandth of the most")
        self.density.choose(settings.value(DENSITY, False))
        self.picture_button = PictureButton(session, self.figure, self.python)
        for control in (
            self.kind, self.parameter, self.look, self.density, self.picture_button,
        ):  # fmt: skip
            self.panel.header.addWidget(control)
        self.kind.activated.connect(lambda _: self._choose_kind())
        self.parameter.activated.connect(lambda _: self.refresh())
        for box, key in ((self.look, LOOK), (self.density, DENSITY)):
            box.activated.connect(lambda _, box=box, key=key: self._choose_look(box, key))

    def _choose_kind(self) -> None:
        self._kind_wanted = self.kind.currentData()
        self._session.settings.set_value(KIND, self._kind_wanted)
        self.refresh()

    def _choose_look(self, box: ChoiceBox, key: str) -> None:
        self._session.settings.set_value(key, bool(box.currentData()))
        if self._shown is not None and self._shown.series is not None:
            self._draw()

    def _draw(self) -> None:
        assert self._shown is not None and self._shown.series is not None, "there is a series"
        ridges, log = bool(self.look.currentData()), bool(self.density.currentData())
        self.plot.show_series(self._shown.series, ridges, log)
        self.colors.setVisible(not ridges)
        largest = self.plot.largest
        self.colors.show_texts(
            f"{largest / 10:.2g} %" if log else "0 %", quantities.percent(largest)
        )
        self._tell_moment(self.plot.moment)

    def _tell_moment(self, moment: int) -> None:
        series = self.plot.series
        if series is None:
            return
        if 0 <= moment < len(series.moments):
            self.note.setText(_told(series.moments[moment]))
            return
        count, values = len(series.moments), series.moments[-1].values
        self.note.setText(
            f"{quantities.plural(count, 'moment')} of {quantities.plural(values, 'value')}"
        )

    def _say_what_is_missing(self, found: Spread) -> None:
        if found.known:
            text = f"There are no histograms of '{self._node}'."
            self._say(text, "Its weights do not learn, or it gives no numbers.")
        elif found.ended:
            self._say(
                "This run has no histograms.",
                "It was trained before they were recorded, or on shared-out weights.",
            )
        else:
            self._say("No histograms yet.", "The first come when training begins.")

    def _say(self, text: str, hint: str) -> None:
        self.panel.stage.tell(Message(text, hint), "mdi6.chart-bell-curve")


def _identity(series: Series) -> tuple[Any, ...]:
    """Changes with what is drawn; a resumed run may tell as many moments of other steps."""
    moments = series.moments
    return (
        series.node,
        series.kind,
        series.parameter,
        len(moments),
        moments[0].step,
        moments[-1].step,
    )


def _told(one: Histogram) -> str:
    lost = f", {one.not_finite} no numbers" if one.not_finite else ""
    return f"Step {one.step:,}: {number_text(one.low)} … {number_text(one.high)}{lost}"
