"""The samples of a split in a plane, near each other where a layer gives alike for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.figures.as_python import embedding_lines
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.samples_model import Source
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.embedding.choice import SPLITS, EmbeddingChoice
from cnnstudio.ui.inspect.embedding.chosen import Chosen
from cnnstudio.ui.inspect.embedding.facts import facts_of
from cnnstudio.ui.inspect.embedding.heading import Heading, toggle_button
from cnnstudio.ui.inspect.embedding.legend import Legend
from cnnstudio.ui.inspect.embedding.marks import grouping
from cnnstudio.ui.inspect.embedding.nearest import Nearest
from cnnstudio.ui.inspect.embedding.scatter import Scatter
from cnnstudio.ui.inspect.embedding.taking_out import figure_of
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.picture_button import PictureButton
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

WIDTHS, LEFT_WIDTH = (284, 690, 300), 280
THUMBNAIL = 48


class EmbeddingPage(Page):
    """Choices left, points in the middle with the nearest images below, the chosen ones right."""

    title = "Embedding"
    tip = "The data as the network sees it: which images a layer tells apart"
    follows_layer = True

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(session, focus, parent)
        self._asked: dict[str, Any] = {}
        self._answer: dict[str, Any] | None = None
        self._laid_out: Source | None = None  # whose samples are points now
        self.choice = EmbeddingChoice(session)
        self.scatter = Scatter()
        self.legend = Legend()
        self.nearest = Nearest(session)
        self.chosen = Chosen(session)
        self.heading = Heading("Embedding", "Stop laying out")
        self.images_button = toggle_button(
            "Images", "Show images as points", "Draw the images themselves in place of points"
        )
        self.fit_button = QToolButton()
        self.fit_button.setAccessibleName("Show all points")
        self.fit_button.setToolTip("Show all points (Home)")
        self.picture_button = PictureButton(session, self._figure, self._python)
        for button in (self.images_button, self.fit_button, self.picture_button):
            self.heading.add(button)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self._embed = Inquiry(session, "embed", "inspect embed", self)
        self._neighbours = Inquiry(session, "neighbours", "inspect neighbours", self)
        self._images = Inquiry(session, "samples", "inspect embedded images", self)
        self._arrange()
        self._connect()
        self.redraw()

    # What is asked

    def look(self) -> None:
        subject = self.focus.subject
        assert subject is not None, "there is a network"
        self.choice.list_layers(self.focus.layers)
        if self.choice.layer.currentData() is not None:
            self.choice.layer.choose(self.focus.layer)
        asked = {**self.choice.arguments, **subject.arguments}
        if asked != self._asked:
            self._ask(asked)
        elif self._answer is not None:
            self._follow_image()

    def forget(self) -> None:
        for inquiry in (self._embed, self._neighbours, self._images):
            inquiry.forget()
        self._asked = {}

    def outdate(self) -> None:
        self._asked = {}
        self._show_nothing()
        self._tell_of_waiting()

    def redraw(self) -> None:
        self.choice.redraw()
        self.stage.notice.redraw()
        color = "accent" if self.images_button.isChecked() else "text_muted"
        self.images_button.setIcon(theme.icon("mdi6.image-multiple-outline", color))
        self.fit_button.setIcon(theme.icon("mdi6.fit-to-screen-outline", "text_muted"))
        self._recolor(self.scatter.hidden)

    def _ask(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._neighbours.forget()
        self._images.forget()
        self._embed.ask(**asked)
        if self._answer is None:
            self._tell_of_waiting()

    def _ask_again(self) -> None:
        layer = self.choice.layer.currentData()
        if layer is not None and self.focus.show_layer(layer):
            return  # this page follows the layer, as others do
        if self.isVisible() and self.focus.subject is not None:
            self._ask({**self.choice.arguments, **self.focus.subject.arguments})
        else:
            self.refresh()

    def _stop(self) -> None:
        self._embed.forget()
        self._show_nothing()
        hint = "Fewer images, or PCA, take less time."
        again = ("Lay out", self._ask_again)
        self.stage.tell(Message("Stopped before it was done.", hint, actions=(again,)))

    def _follow_image(self) -> None:
        """Marks the image that is looked at, and asks for its neighbours."""
        answer, image = self._answer, self.focus.image
        if answer is None or image is None or self.focus.subject is None:
            return
        row = -1
        if not isinstance(image, str) and image[0] == answer["split"]:
            found = np.flatnonzero(np.asarray(answer["indexes"]) == image[1])
            row = int(found[0]) if len(found) else -1
        self.scatter.set_current(row)
        features = {key: self._asked[key] for key in ("split", "samples", "pooling")}
        self._neighbours.ask(
            **self.focus.arguments, **features, layer=answer["layer"], **self.nearest.arguments
        )

    # What comes

    def _take_answer(self, answer: dict[str, Any]) -> None:
        kept = self._chosen_indexes
        before, self._answer = self._laid_out, answer
        self._laid_out = self._source
        self.stage.show_content()
        points = np.asarray(answer["points"], np.float64)
        self.scatter.show_points(points, facts_of(answer))
        self._recolor()
        self.choice.show_layer(answer["layer"], answer["reason"])
        images = f"{SPLITS[answer['split']].lower()} images"
        self.heading.title.setText(f"{len(points):,} {images} by {answer['layer']}")
        self.heading.title.setToolTip(f"Compared by {answer['how']}.")
        self.note.setText(" ".join(filter(None, (answer["belief"], answer["note"]))))
        if before != self._laid_out or not kept:
            kept = []
            self.chosen.show_nothing()
        self.scatter.select(np.isin(np.asarray(answer["indexes"]), kept))
        source = self._source
        self._images.ask(
            settings=source.settings, input_shape=list(source.input_shape), split=source.split,
            indexes=[int(index) for index in answer["indexes"]], count=len(points), size=THUMBNAIL,
        )  # fmt: skip
        self._follow_image()

    def _take_failure(self, error: Exception) -> None:
        self._show_nothing()
        self.stage.tell_error(error)

    def _show_nothing(self) -> None:
        self._answer = None
        self.heading.title.setText("Embedding")
        self.heading.title.setToolTip("")
        self.legend.hide()
        self.chosen.show_nothing()
        self.nearest.show_nothing()

    def _tell_of_waiting(self) -> None:
        hint = "Each image goes through the network once; what a layer gives is remembered."
        self.stage.tell(Message("Looking at the images…", hint), "mdi6.timer-sand")

    # What is done

    def _recolor(self, hidden: Collection[int] = ()) -> None:
        if self._answer is None:
            return
        made = grouping(self._answer, self.choice.colors.currentData())
        self.scatter.show_grouping(made, hidden)
        self.legend.show_grouping(made, hidden)
        self.legend.show()

    def _show_chosen(self) -> None:
        answer = self._answer
        if answer is None:
            return
        rows = np.flatnonzero(self.scatter.selected)
        indexes = self._chosen_indexes
        labels = np.asarray(answer["labels"])[rows].tolist()
        self.chosen.show_rows(self._source, indexes, labels, list(answer["classes"]))

    def _want(self, row: int, opened: bool) -> None:
        if self._answer is not None:
            self._want_index(int(self._answer["indexes"][row]), opened)

    def _want_index(self, index: int, opened: bool) -> None:
        if self._answer is not None:
            self.focus.want_image([self._answer["split"], index], opened)

    def _open_chosen(self, row: int) -> None:
        source = self.chosen.grid.samples.source
        if source is not None and source.indexes is not None:
            self._want_index(source.indexes[row], True)

    def _show_images(self, shown: bool) -> None:
        self.scatter.set_shows_images(shown)
        self.redraw()

    @property
    def _chosen_indexes(self) -> list[int]:
        """Of the chosen samples, their places in the split."""
        if self._answer is None:
            return []
        return [int(one) for one in np.asarray(self._answer["indexes"])[self.scatter.selected]]

    @property
    def _source(self) -> Source:
        subject = self.focus.subject
        assert subject is not None and self._answer is not None
        return Source(subject.project.data, subject.input_shape, self._answer["split"])

    def _figure(self) -> Any:
        return None if self._answer is None else figure_of(self._answer, self._asked, self.scatter)

    def _python(self) -> str:
        assert self._answer is not None
        return embedding_lines(self._asked, self._answer)

    # Putting it together

    def _arrange(self) -> None:
        self.stage = Stage(self._middle())
        left, right = QWidget(), QWidget()
        for widget in (left, right):
            widget.setProperty("role", "panel")
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.choice)
        column.addWidget(self.legend)
        column.addStretch()
        area = QScrollArea()
        area.setWidget(left)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(LEFT_WIDTH)
        column = QVBoxLayout(right)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.chosen)
        right.setMinimumWidth(240)
        self.parts = QSplitter(Qt.Orientation.Horizontal)
        self.parts.setHandleWidth(1)
        self.parts.setChildrenCollapsible(False)
        for number, part in enumerate((area, self._framed(), right)):
            self.parts.addWidget(part)
            self.parts.setStretchFactor(number, int(number == 1))
        self.parts.setSizes(WIDTHS)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.parts)

    def _framed(self) -> QWidget:
        """The middle with its heading, which stays where the points can't be shown."""
        framed = QWidget()
        framed.setProperty("role", "panel")
        column = QVBoxLayout(framed)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(theme.spacing)
        column.addWidget(self.heading)
        column.addWidget(self.stage, 1)
        framed.setMinimumWidth(400)
        return framed

    def _middle(self) -> QWidget:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.scatter, 1)
        column.addWidget(self.note)
        line = QFrame()
        line.setProperty("role", "line")
        column.addWidget(line)
        column.addWidget(self.nearest)
        return middle

    def _connect(self) -> None:
        self.choice.changed.connect(self._ask_again)
        self.choice.recolored.connect(lambda: self._recolor())
        self.legend.toggled.connect(self.scatter.hide_group)
        self.images_button.toggled.connect(self._show_images)
        self.fit_button.clicked.connect(lambda _=False: self.scatter.fit())
        self.heading.stop_button.clicked.connect(lambda _=False: self._stop())
        self.scatter.clicked.connect(lambda row: self._want(row, False))
        self.scatter.opened.connect(lambda row: self._want(row, True))
        self.scatter.selection_changed.connect(self._show_chosen)
        self.nearest.wanted.connect(self._follow_image)
        self.nearest.chosen.connect(self._want_index)
        self.chosen.grid.opened.connect(self._open_chosen)
        self._embed.answered.connect(self._take_answer)
        self._embed.failed.connect(self._take_failure)
        self.heading.follow(self._embed)
        self._neighbours.answered.connect(self._take_neighbours)
        self._neighbours.failed.connect(lambda error: self.nearest.show_nothing(str(error)))
        self._images.answered.connect(
            lambda answer: self.scatter.show_images([image_of(one) for one in answer["images"]])
        )

    def _take_neighbours(self, answer: dict[str, Any]) -> None:
        if self._answer is not None:
            self.nearest.show_answer(answer, self._source)
