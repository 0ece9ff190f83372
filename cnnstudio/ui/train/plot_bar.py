"""The controls above the plots: x axis, scale, smoothing, view, export."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QWidget,
)

from cnnstudio.training.metrics import metrics
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox

# Steps that are averaged over, for each place of the slider; 0 is off.
SPANS = (0, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000)
MINIMUM_WIDTH = 494  # so that the window can be 1100 pixels wide
NUMBER_WIDTH = 72
# Whether buttons have names, whether all words are written, whether there is room between them.
LOOKS = (True, True, True), (True, False, True), (False, False, True), (False, False, False)


class PlotBar(QWidget):
    """Emits what was chosen. `export_menu` is filled by the owner."""

    axis_chosen = Signal(str)
    log_chosen = Signal(bool)
    smoothing_chosen = Signal(int)
    metric_chosen = Signal(str)
    reset_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot_bar")
        self.setAccessibleName("View of the curves")
        self.steps = _toggle("Steps", "Draw over training steps")
        self.epochs = _toggle("Epochs", "Draw over epochs")
        group = QButtonGroup(self)
        group.addButton(self.steps)
        group.addButton(self.epochs)
        self.steps.clicked.connect(lambda: self.axis_chosen.emit("step"))
        self.epochs.clicked.connect(lambda: self.axis_chosen.emit("epoch"))
        self.log = _toggle("Log loss", "Draw the loss on a logarithmic scale")
        self.log.toggled.connect(self.log_chosen)
        self.metric_choice = ChoiceBox("Metric below the loss")
        self.metric_choice.setObjectName("plot_metric")
        self.metric_choice.setToolTip("What is drawn below the loss")
        self.metric_choice.activated.connect(
            lambda _: self.metric_chosen.emit(self.metric_choice.currentData())
        )
        self.metric_choice.hide()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("smoothing")
        self.slider.setAccessibleName("Smoothing of the training curves")
        self.slider.setToolTip(
            "Exponential moving average of training over so many steps; the curve as it is stays "
            "faint behind it"
        )
        self.slider.setRange(0, len(SPANS) - 1)
        self.slider.setPageStep(1)
        self.slider.setMinimumWidth(40)
        self.slider.setMaximumWidth(128)
        self.slider.valueChanged.connect(self._take_smoothing)
        self._caption = QLabel("Smoothing")
        self._caption.setProperty("role", "muted")
        self._caption.setBuddy(self.slider)
        self._has_unit = True
        self._number = QLabel()
        self._number.setFont(theme.font(12))
        self.reset = QPushButton()
        self.reset.setAccessibleName("Reset view")
        self.reset.setObjectName("reset_view")
        self.reset.setProperty("role", "quiet")
        self.reset.setToolTip("Show everything again (double click in a plot)")
        self.reset.clicked.connect(self.reset_wanted)
        self.export = QPushButton()
        self.export.setObjectName("export")
        self.export.setAccessibleName("Export the curves")
        self.export_menu = QMenu(self.export)
        self.export.setMenu(self.export_menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 4)
        row.setSpacing(theme.spacing)
        row.addWidget(self.steps)
        row.addWidget(self.epochs)
        row.addSpacing(theme.spacing)
        row.addWidget(self.log)
        row.addWidget(self.metric_choice)
        row.addWidget(self._caption)
        row.addWidget(self.slider, 1)
        row.addWidget(self._number)
        row.addStretch(1)
        row.addWidget(self.reset)
        row.addWidget(self.export)
        self._fit()
        self.redraw()

    def minimumSizeHint(self) -> QSize:
        # What the controls take without the words that a narrow bar leaves out.
        return QSize(MINIMUM_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_choices(self, axis: str, log: bool, span: int) -> None:
        """Shows these choices; emits what differs from before."""
        (self.steps if axis == "step" else self.epochs).setChecked(True)
        self.log.setChecked(log)
        self.slider.setValue(bisect_left(SPANS, min(span, SPANS[-1])))
        self._write_number()

    def show_metrics(self, names: Sequence[str], k: int) -> None:
        """Offers the metrics that a run tells after each epoch."""
        shares = [metrics[name] for name in names if metrics[name].share]
        self.metric_choice.show_items([(metric.title_for(k), metric.name) for metric in shares])
        if self.metric_choice.isHidden() != (len(shares) < 2):
            self.metric_choice.setVisible(len(shares) > 1)
            self._fit()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.reset.setIcon(theme.icon("mdi6.fit-to-page-outline"))
        self.export.setIcon(theme.icon("mdi6.export-variant"))
        for button in (self.reset, self.export):
            button.setIconSize(QSize(16, 16))

    @property
    def span(self) -> int:
        """The steps that are averaged over."""
        return SPANS[self.slider.value()]

    def _fit(self) -> None:
        """Leaves words out where there is no room for them, first those that say little; last it
        moves together."""
        row = self.layout()
        for named, full, loose in LOOKS:
            self._caption.setVisible(named)
            self.reset.setText("Reset view" if named else "")
            self.export.setText("Export" if named else "")
            self.log.setText("Log loss" if full else "Log")
            self._number.setMinimumWidth(NUMBER_WIDTH if full else 0)
            self._has_unit = full
            self._number.setVisible(loose)
            self.metric_choice.shrink_to(8 if loose else 3)
            row.setSpacing(theme.spacing if loose else theme.spacing // 2)
            side = 12 if loose else 6
            row.setContentsMargins(side, 8, side, 4)
            self._write_number()
            row.invalidate()
            if row.minimumSize().width() <= self.width():
                return

    def _take_smoothing(self) -> None:
        self._write_number()
        self.smoothing_chosen.emit(self.span)

    def _write_number(self) -> None:
        unit = " steps" if self._has_unit else ""
        self._number.setText(f"{self.span:,}{unit}" if self.span else "off")
        self.slider.setAccessibleDescription(f"{self.span} steps" if self.span else "off")


def _toggle(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(text.lower().replace(" ", "_"))
    button.setAccessibleName(tip)
    button.setToolTip(tip)
    button.setCheckable(True)
    return button
