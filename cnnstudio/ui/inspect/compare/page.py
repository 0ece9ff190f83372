"""Two networks side by side: the same image, layer, class and method."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.as_python import reference_text
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.interpret.figures.pair import common_range, pair_panels
from cnnstudio.interpret.figures.pictures import heat_range
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.compare.differing import Differing
from cnnstudio.ui.inspect.compare.note import Note
from cnnstudio.ui.inspect.compare.other_images import other_images
from cnnstudio.ui.inspect.compare.side import HEAT_SIDE, Side
from cnnstudio.ui.inspect.compare.side_chooser import ABOVE, FIRST
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.heat_view import HeatView
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.method_box import MethodBox
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.session import Session

PREDICTED = "What A says"
SUGGESTED = "Suggested"


class ComparePage(Page):
    """A follows the network that is chosen above, so that it moves with the line of moments beside
    a B that stays; each side can be given another one."""

    title = "Compare"
    tip = "Two runs, or two moments of one, on the same image"
    follows_layer = True

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self.first, self.second = Side(session, focus, "A"), Side(session, focus, "B")
        self.sides = (self.first, self.second)
        self.target = ChoiceBox("Class", [(PREDICTED, None)])
        self.method = MethodBox("Method")
        self.layer = ChoiceBox("Layer of the heat", [(SUGGESTED, None)])
        for box in (self.target, self.layer):
            box.shrink_to(12)
        for box in (self.target, self.method, self.layer):
            box.activated.connect(lambda _: self._ask_heat())
        self.method.choose(session.settings.value("compare/method", "gradcam"))
        self.method.activated.connect(lambda _: self._take_method())
        self.maps_layer = LayerBox(focus)
        self.swap_button = QPushButton("Swap")
        self.swap_button.setToolTip("A becomes B, and B becomes A")
        self.swap_button.clicked.connect(self.swap)
        self.picture_button = PictureButton(session, self.figure, self.python)
        self.difference = HeatView()
        self.difference.setAccessibleName("The heat of A less that of B")
        self.difference.setFixedSize(HEAT_SIDE, HEAT_SIDE)
        self.difference.zoomable = True
        self.difference_scale = ColorBar("coolwarm")
        self.difference_scale.setFixedHeight(self.difference_scale.sizeHint().height())
        self.note = Note()
        self.note.setMinimumHeight(36)
        self.differing = Differing(session)
        self._begun = False
        self._chosen = False  # whether B is as somebody chose it
        self._missing = ""  # why one side has no heat
        self._arrange()
        self._connect()
        self._show_what_counts()

    def look(self) -> None:
        if not self._begun:
            self._begun = True
            self.first.chooser.choose(ABOVE)
            self._begin()
        self.layer.show_items(
            [(SUGGESTED, None)]
            + [(n.name, n.name) for n in self.focus.layers if n.kind not in ("Input", "Output")]
        )
        for side in self.sides:
            self._ask(side)

    def forget(self) -> None:
        for side in self.sides:
            side.forget()
        self.differing.reset()

    def outdate(self) -> None:
        """The sides know by themselves; B begins anew if nobody chose it."""
        self._show_difference(None)
        self.note.setText("")
        if self._begun and not self._chosen:
            self._begin()

    def redraw(self) -> None:
        for side in self.sides:
            side.redraw()

    def swap(self) -> None:
        """A becomes B, and B becomes A."""
        self._chosen = True
        one, two = (side.chooser.choice for side in self.sides)
        self.first.chooser.choose(*two)
        self.second.chooser.choose(*one)

    def figure(self) -> Figure | None:
        """Image, both heats and their difference; None before both have come."""
        both = self._heats()
        if both is None:
            return None
        one, two = (np.asarray(side.heat_answer["image"]) for side in self.sides)  # type: ignore[index]
        titles = [
            f"{side.chooser.title()}: {side.verdict.text().split(': ')[-1]}" for side in self.sides
        ]
        name = str(self.first.heat_answer["name"])  # type: ignore[index]
        panels = pair_panels((one, two), both, name, (titles[0], titles[1]))
        return Figure(tuple(panels), f"{self._told()}.", name="compared")

    def python(self) -> str:
        """The lines that make the same figure."""
        from cnnstudio.ui.inspect.compare.as_python import comparison_lines

        answer = self.first.heat_answer
        assert answer is not None, "there is a picture"
        asked = [side.subject.arguments for side in self.sides if side.subject is not None]
        titles = (self.first.chooser.title(), self.second.chooser.title())
        image = reference_text(self.focus.image)
        return comparison_lines(asked, image, answer, self.layer.currentData(), titles)

    # Putting it together

    def _begin(self) -> None:
        """Beside the network above stands, at first, what its training began with."""
        run = self.focus.subject.run if self.focus.subject else None
        self.second.chooser.choose(run, FIRST if run is not None else "")

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 16, 0)
        top.setSpacing(theme.spacing)
        for text, box in (
            ("Class", self.target), ("Method", self.method), ("at", self.layer),
            ("Maps of", self.maps_layer),
        ):  # fmt: skip
            top.addWidget(_muted(text))
            top.addWidget(box)
        top.addStretch()
        top.addWidget(self.swap_button)
        top.addWidget(self.picture_button)
        middle = QWidget()
        middle.setFixedWidth(HEAT_SIDE + 16)
        column = QVBoxLayout(middle)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(theme.spacing)
        heading = QLabel("A less B")
        heading.setProperty("role", "heading")
        heading.setFixedHeight(30)
        for widget in (
            heading, self.difference, self.difference_scale, self.note, self.differing
        ):  # fmt: skip
            column.addWidget(widget, int(widget is self.differing))
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.first, 1)
        row.addWidget(middle)
        row.addWidget(self.second, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(row, 1)

    def _connect(self) -> None:
        for side in self.sides:
            side.changed.connect(lambda side=side: self._take_network(side))
            side.chooser.reading.connect(lambda: self._show_difference(None))
            side.answered_heat.connect(self._show_heat)
            side.explaining.failed.connect(lambda error, side=side: self._fail(side, error))
            side.predicting.failed.connect(lambda _: self._show_heat())
            side.unit_chosen.connect(self._show_unit)
            side.maps_wanted.connect(lambda: self._show_unit(None))
            side.layer_chosen.connect(lambda side=side: self._ask_maps(side))
            side.mosaic.pointed.connect(lambda unit, side=side: self._point(side, unit))
            side.large.shown.connect(lambda side=side: self._follow_unit(side))
            side.bars.chosen.connect(self._choose_class)
        for box in (self.second.chooser.run, self.second.chooser.moment):
            box.activated.connect(self._keep_second)
        self.first.answered_prediction.connect(self._take_prediction)
        self.second.answered_prediction.connect(self._ask_heat)
        for view in (self.first.heat, self.second.heat, self.difference):
            view.hovered.connect(lambda x, y, view=view: self._cross(view, x, y))
            view.left.connect(self._uncross)
        for view in self._zoomed:
            view.region_changed.connect(lambda part, view=view: self._zoom(view, part))
        self.differing.wanted.connect(self._search)
        self.differing.image_chosen.connect(self.focus.want_image)

    # Asking

    def _keep_second(self) -> None:
        self._chosen = True

    def _take_network(self, side: Side) -> None:
        self.differing.reset()
        if side.prediction is None:
            self._show_difference(None)
        if self.isVisible() and self.focus.is_ready:
            self._ask(side)

    def _ask(self, side: Side) -> None:
        if side.subject is None:
            return
        side.ask(self.focus.image)
        self._ask_maps(side)

    def _ask_maps(self, side: Side) -> None:
        if self.focus.layer:
            side.ask_maps(self.focus.image, self.focus.layer)

    def _take_prediction(self) -> None:
        answer = self.first.prediction
        assert answer is not None, "it has just come"
        numbered = [(name, number) for number, name in enumerate(answer["classes"])]
        self.target.show_items([(PREDICTED, None), *numbered])
        self._ask_heat()

    def _choose_class(self, number: int) -> None:
        if self.target.choose(number):
            self._ask_heat()

    def _ask_heat(self) -> None:
        """The heat of one class, which A chooses by itself, from each network that knows it."""
        first = self.first.prediction
        if first is None or not self.focus.is_ready:
            self._show_heat()
            return
        number = self.target.currentData()
        number = self.first.likeliest if number is None else number
        name = str(first["classes"][number])
        method = methods[self.method.currentData()]
        self._missing = ""
        for side in self.sides:
            own = side.class_named(name)
            if side.prediction is None:
                continue
            side.heat_answer = None
            if own is None and method.uses_target:
                self._missing = f"B knows no class “{name}”, so its heat can't be compared."
                side.explaining.forget()
                side.show_plain()
                continue
            asked = {
                "method": method.kind,
                "target": own if method.uses_target else None,
                "layer": self.layer.currentData() if method.uses_layer else None,
            }
            side.ask_heat(self.focus.image, asked)
        if self._missing:
            self._show_heat()

    def _search(self) -> None:
        image = self.focus.image
        split = str(image[0]) if isinstance(image, list) else "test"
        one, two = (side.subject for side in self.sides)
        if one is not None and two is not None:
            about = other_images(one.project.data, two.project.data)
            self.differing.search(one.arguments, two.arguments, split, about)

    # Showing

    def _heats(self) -> tuple[np.ndarray, np.ndarray] | None:
        answers = [side.heat_answer for side in self.sides]
        if answers[0] is None or answers[1] is None:
            return None
        return np.asarray(answers[0]["heat"]), np.asarray(answers[1]["heat"])

    def _show_heat(self) -> None:
        both = self._heats()
        if both is None:
            self._show_alone()
            return
        within = common_range(both)
        for side, heat in zip(self.sides, both, strict=True):
            side.show_heat(heat, within)
        alike = both[0].shape == both[1].shape
        self._show_difference(both[0] - both[1] if alike else None)
        self._uncross()

    def _show_alone(self) -> None:
        """What one side has where the other will have no heat; nothing of what was compared."""
        if any(side.is_awaited for side in self.sides):
            return
        self._show_difference(None)
        for side in self.sides:
            if side.heat_answer is None:
                side.show_plain()
            else:
                heat = np.asarray(side.heat_answer["heat"])
                side.show_heat(heat, heat_range(heat))
        self._uncross()

    def _show_difference(self, difference: np.ndarray | None) -> None:
        for widget in (self.difference, self.difference_scale):
            widget.setVisible(difference is not None)
        if difference is not None:
            image = np.asarray((self.first.heat_answer or {})["image"])
            within = heat_range(difference, signed=True)
            self.difference.show_heat(image, difference, within)
            self.difference_scale.show_range(*within)

    def _told(self) -> str:
        answer = self.first.heat_answer
        if answer is None:
            return ""
        layers = {(side.heat_answer or {}).get("layer") for side in self.sides} - {None}
        at = f" at {' and '.join(sorted(map(str, layers)))}" if layers else ""
        return f"{methods[answer['method']].title}{at} for “{answer['class']}”"

    def _fail(self, side: Side, error: Exception) -> None:
        self._missing = f"{side.title.text()}: {' '.join(str(error).split(chr(10)))}"
        self._show_heat()

    def _show_unit(self, unit: int | None) -> None:
        for side in self.sides:
            side.show_unit(unit)
        if unit is not None:
            self.focus.show_unit(unit)

    def _follow_unit(self, side: Side) -> None:
        """The keys went to another unit on one side."""
        other = self.second if side is self.first else self.first
        enlarged = side.views.currentWidget() is side.large
        if enlarged and other.large.unit != side.large.unit:
            other.show_unit(side.large.unit)

    @property
    def _zoomed(self) -> tuple[ImageView, ...]:
        """What shows the same part of the image."""
        sides = (view for side in self.sides for view in (side.heat, side.large.view))
        return (self.difference, *sides)

    def _zoom(self, view: ImageView, part: QRectF) -> None:
        for other in self._zoomed:
            if other is not view:
                other.show_region(part)

    def _point(self, side: Side, unit: int) -> None:
        """The same unit is marked on the other side."""
        other = self.second if side is self.first else self.first
        other.mosaic.point_at(unit)

    def _cross(self, view: HeatView, column: int, row: int) -> None:
        if view.image is None:
            return
        share = QPointF((column + 0.5) / view.image.width(), (row + 0.5) / view.image.height())
        for other in (self.first.heat, self.second.heat, self.difference):
            other.show_mark(share)
        both = self._heats()
        if both is not None:
            values = [
                heat[int(share.y() * heat.shape[0]), int(share.x() * heat.shape[1])]
                for heat in both
            ]
            one, two = map(float, values)
            self.note.setText(
                f"row {row}, column {column}: A {number_text(one)}, B {number_text(two)}, "
                f"difference {number_text(one - two)}"
            )

    def _uncross(self) -> None:
        for view in (self.first.heat, self.second.heat, self.difference):
            view.show_mark(None)
        both = self._heats()
        if both is not None:
            alike = both[0].shape == both[1].shape
            reason = "" if alike else " Their sizes differ, so there is no difference to show."
            for side, heat in zip(self.sides, both, strict=True):
                if not heat.any():
                    reason += f" Nothing in {side.title.text()} speaks for it."
            self.note.setText(f"{self._told()}, both on one scale.{reason}{self._own_images()}")
        elif not any(side.is_awaited for side in self.sides):
            self.note.setText(f"{self._missing}{self._own_images()}".strip())

    def _own_images(self) -> str:
        """That the two see different images, where they do; begins with a space."""
        one, two = (side.subject for side in self.sides)
        if one is None or two is None or isinstance(self.focus.image, str):
            return ""
        said = other_images(one.project.data, two.project.data)
        return f" {said}" if said else ""

    def _take_method(self) -> None:
        self.session.settings.set_value("compare/method", self.method.currentData())
        self._show_what_counts()

    def _show_what_counts(self) -> None:
        method = methods[self.method.currentData()]
        self.target.setEnabled(method.uses_target)
        self.layer.setEnabled(method.uses_layer)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
