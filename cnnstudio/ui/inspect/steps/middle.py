"""What stands between input and output: the numbers or the plot of one computation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.interpret.computation.moving import UnexplainedAt
from cnnstudio.interpret.computation.normalising import Normalisation, NormalisationAt
from cnnstudio.interpret.computation.pointwise import Pointwise, PointwiseAt
from cnnstudio.interpret.computation.shares import SharesAt
from cnnstudio.interpret.computation.sliding import ConvolutionAt, PoolingAt
from cnnstudio.interpret.computation.summing import CombinationAt, LinearAt
from cnnstudio.interpret.computation.working import Computation, Working
from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.steps import scenes
from cnnstudio.ui.inspect.steps.board import Board
from cnnstudio.ui.inspect.steps.plots import CurveView, Marked, SpreadView
from cnnstudio.ui.inspect.steps.sums import Sums
from cnnstudio.ui.inspect.steps.terms import Terms

MOST_COLUMNS = 15


class Middle(QStackedWidget):
    """`channel_chosen(index)` asks for another input channel."""

    channel_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board, self.sums, self.told = Board(), Sums(), QLabel()
        self.told.setProperty("role", "muted")
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.board.pointed.connect(self.told.setText)
        self.sums.chosen.connect(self.channel_chosen)
        self.window_view = _column(self.board, self.told, self.sums)
        self.curve = CurveView()
        self.before, self.after = SpreadView("Values before"), SpreadView("Values after")
        self.spread_view = _column(self.before, self.after)
        self.terms = Terms()
        self.value = QLabel()
        self.value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.value.setWordWrap(True)
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        for view in (self.window_view, self.curve, self.spread_view, self.terms, self.value):
            self.addWidget(view)

    def show_computation(
        self, working: Working, told: Computation, channel: int, names: Sequence[str] = (),
        origin: str = "input",
    ) -> None:  # fmt: skip
        """`channel` is an index among those of the input; `names` are those of the shares, `origin`
        is the node that gave the input."""
        match told:
            case ConvolutionAt() | PoolingAt():
                self._show_window(working, told, channel)
            case PointwiseAt() if isinstance(working, Pointwise):
                point = told.input, told.value
                self.curve.show_curve(told.x, told.y, working.input.ravel(), point)
                self.setCurrentWidget(self.curve)
            case NormalisationAt() if isinstance(working, Normalisation):
                self._show_spread(working, told)
            case LinearAt() | SharesAt() | CombinationAt():
                columns, rows = scenes.terms(told, self.terms.room, names, origin)
                self.terms.show_terms(columns, rows, signed=not isinstance(told, SharesAt))
                self.setCurrentWidget(self.terms)
            case _:
                given = told.input if isinstance(told, UnexplainedAt) else None
                before = "" if given is None else f"{number_text(given)}  "
                self.value.setFont(theme.font(34))
                self.value.setText(f"{before}→  {number_text(told.value)}")
                self.setCurrentWidget(self.value)

    @property
    def is_wide(self) -> bool:
        """Whether there are so many numbers that they need more than their share of the room."""
        columns = sum(grid.values.shape[1] for grid in self.board.grids)
        return self.currentWidget() is self.window_view and columns > MOST_COLUMNS

    def redraw(self) -> None:
        for view in (self.board, self.sums, self.curve, self.before, self.after, self.terms):
            view.update()

    def _show_window(self, working: Working, told: ConvolutionAt | PoolingAt, channel: int) -> None:
        self.board.show_grids(scenes.grids(working, told, channel))
        self.sums.setVisible(isinstance(told, ConvolutionAt) and len(told.sums) > 1)
        if isinstance(told, ConvolutionAt):
            self.sums.show_sums(told.sums, told.first, min(channel, len(told.sums) - 1))
        self.setCurrentWidget(self.window_view)

    def _show_spread(self, working: Normalisation, told: NormalisationAt) -> None:
        self.before.show_values(
            f"Before  ·  mean and variance: {told.scope}", working.input.ravel(),
            (Marked(told.mean, "mean"), Marked(told.input, "x =", True)), scenes.spread_of(told),
        )  # fmt: skip
        self.after.show_values(
            "After", working.output.ravel(),
            (Marked(told.bias or 0.0, "the mean becomes"), Marked(told.value, "y =", True)),
        )  # fmt: skip
        self.setCurrentWidget(self.spread_view)


def _column(*widgets: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.spacing)
    for widget in widgets:
        column.addWidget(widget)
    return made
