"""A node on the canvas: where its card is, and what it shows. The card layer draws it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.card import CardContent, Thumbnail, card_height
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, PLAIN_HEIGHT, Point, port_offset
from cnnstudio.ui.canvas.routing import Box

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

BLEED = 8.0  # outlines, ports and the cards of a stack stand out of the card
NAMES_ABOVE = 18.0
SHAPE_BELOW = 20.0  # room for the shape at a port that no wire leaves
SHAPE_BESIDE = 110.0


class NodeItem:
    """A plain value beside the scene's layers: one Qt item a node would cost more than it gives."""

    def __init__(self, canvas: CanvasScene, content: CardContent, position: Point) -> None:
        self._canvas = canvas
        self.content = content
        self.position = position
        self.thumbnail: Thumbnail | None = None
        self.selected = False
        self.shows_shape = True
        self.compact = False  # a card is close below: the thumbnail is drawn beside the name

    @property
    def id(self) -> str:
        return self.content.id

    @property
    def height(self) -> int:
        return PLAIN_HEIGHT if self.compact else self.full_height

    @property
    def full_height(self) -> int:
        """The height with the whole thumbnail."""
        return card_height(self.thumbnail)

    @property
    def box(self) -> Box:
        x, y = self.position
        return x, y, x + CARD_WIDTH, y + self.height

    @property
    def rect(self) -> QRectF:
        return QRectF(*self.position, CARD_WIDTH, self.height)

    @property
    def bounds(self) -> QRectF:
        """The picture's rectangle, from the card's top-left corner."""
        return _bounds(self._canvas.flow, bool(self.content.input_names), self.height)

    def port(self, index: int, is_output: bool) -> QPointF:
        """A port's centre in the scene."""
        count = self.content.outputs if is_output else self.content.inputs
        index = min(index, max(count - 1, 0))
        x, y = port_offset(index, count, is_output, self.height, self._canvas.flow)
        return QPointF(self.position[0] + x, self.position[1] + y)

    def move_to(self, position: Point) -> None:
        self._update()
        self.position = position
        self._update()

    def show_content(self, content: CardContent) -> None:
        if content != self.content:
            self.content = content
            self.refresh()

    def show_thumbnail(self, thumbnail: Thumbnail | None) -> bool:
        """Shows the thumbnail; True if the card's height changes with it."""
        if card_height(thumbnail) == self.full_height:
            before, self.thumbnail = self.thumbnail, thumbnail
            content = self.content
            whole = self.compact or content.marks.passes or content.output_names
            if not before or not thumbnail or whole:
                self.refresh()
            else:
                self._canvas.pictures.outdate(self.id, foot_only=True)
                self._update()
            return False
        self._update()
        self.thumbnail = thumbnail
        self._canvas.pictures.drop(self.id)  # its picture has another height
        self.refresh()
        return True

    def set_compact(self, compact: bool) -> bool:
        """Whether to keep the card small; True if its height changes with it."""
        before = self.height
        if compact != self.compact:
            self._update()
            self.compact = compact
            self._canvas.pictures.drop(self.id)
            self.refresh()
        return self.height != before

    def show_thumbnail_if_changed(self, thumbnail: Thumbnail | None) -> bool:
        return thumbnail is not self.thumbnail and self.show_thumbnail(thumbnail)

    def set_selected(self, selected: bool) -> None:
        if selected != self.selected:
            self.selected = selected
            self.refresh()

    def set_shows_shape(self, shows: bool) -> None:
        """Whether the output's shape stands at the port because no wire carries it."""
        if shows != self.shows_shape:
            self.shows_shape = shows
            self.refresh()

    def refresh(self) -> None:
        """Draws the card anew at the next frame."""
        self._canvas.pictures.outdate(self.id)
        self._canvas.far.refresh()
        self._update()

    def _update(self) -> None:
        self._canvas.card_layer.update(self.bounds.translated(*self.position))


@cache  # of a few sizes of cards, asked for each card in each frame
def _bounds(flow: Flow, names_inputs: bool, height: int) -> QRectF:
    below, right = (SHAPE_BELOW, BLEED) if flow == "down" else (BLEED, SHAPE_BESIDE)
    above = NAMES_ABOVE if names_inputs else BLEED
    return QRectF(-BLEED, -above, CARD_WIDTH + BLEED + right, height + above + below)
