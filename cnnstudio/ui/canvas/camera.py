"""Where the view looks: zoom about a point, pan, fit, and keeping things in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from cnnstudio.ui.canvas.geometry import FAR_SCALE, LARGEST_SCALE, SMALLEST_SCALE

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

FIT_MARGIN_PIXELS = 40.0
REVEAL_MARGIN_PIXELS = 48.0
OVERLAY_MARGIN_PIXELS = 12.0
STEP = 1.25
# Fitted smaller than this, a network is opened at its beginning, at a scale for reading.
LEAST_OPENING_SCALE = 0.35
OPENING_SCALE = 0.75


@dataclass(frozen=True)
class View:
    """Where a camera looked: the scale, the centre, and whether it kept everything in sight."""

    scale: float
    centre: tuple[float, float]
    follows: bool


class Camera:
    """Moves a view by its transform and scroll bars; the scale is 1.0 at actual size.

    `follows` is true while the whole network is kept in sight, until the user moves the view.
    """

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._rest = QPointF()
        self.follows = True
        self._opening = True

    @property
    def scale(self) -> float:
        return self._canvas.transform().m11()

    @property
    def visible_rect(self) -> QRectF:
        """What the view shows of the scene."""
        rect = QRectF(self._canvas.viewport().rect())
        return self._to_scene().mapRect(rect)

    def to_scene(self, point: QPointF) -> QPointF:
        """The scene's point under a point of the viewport, not rounded to whole pixels."""
        return self._to_scene().map(point)

    def _to_scene(self) -> QTransform:
        return self._canvas.viewportTransform().inverted()[0]

    def pan(self, step: QPointF) -> None:
        """Moves what is seen by this many pixels; fractions are kept for the next time."""
        self.follows = False
        self._rest += step
        whole = QPointF(round(self._rest.x()), round(self._rest.y()))
        self._rest -= whole
        self._scroll(whole)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Scales by `factor`, within limits; the point of the viewport `about` stays in place."""
        self.zoom_to(self.scale * factor, about)

    def zoom_to(self, scale: float, about: QPointF | None = None) -> None:
        self.follows = False
        about = QPointF(self._canvas.viewport().rect().center()) if about is None else about
        under = self.to_scene(about)
        if self._set_scale(scale):
            moved = about - self._canvas.viewportTransform().map(under)
            self._scroll(QPointF(round(moved.x()), round(moved.y())))
        self._canvas.view_moved()

    def view(self) -> View:
        """Where the view looks now."""
        centre = self.visible_rect.center()
        return View(self.scale, (centre.x(), centre.y()), self.follows)

    def look(self, view: View) -> None:
        """Looks where it looked before."""
        self._opening = False
        if view.follows:
            self.follow()
            return
        self._set_scale(view.scale)
        self._canvas.centerOn(QPointF(*view.centre))
        self.follows = False
        self._canvas.view_moved()

    def room(self) -> tuple[float, float]:
        """The pixels across and down that a network which is fitted into the view may take."""
        viewport = self._canvas.viewport()
        return (
            max(viewport.width() - 2 * FIT_MARGIN_PIXELS, 1.0),
            max(viewport.height() - 2 * FIT_MARGIN_PIXELS, 1.0),
        )

    def fit(self) -> None:
        """Shows the whole network, at most at actual size."""
        self._opening = False
        self.follow()

    def open(self) -> None:
        """Shows the whole network; of one whose cards would be mere specks, the beginning."""
        self._opening = True
        self.follow()

    def follow(self) -> None:
        """Fits or opens as before, for a network or a view of another size."""
        bounds = self._canvas.canvas_scene.bounds()
        width, height = self.room()
        scale = 1.0
        if not bounds.isEmpty():
            scale = min(width / bounds.width(), height / bounds.height(), 1.0)
        if self._opening and scale < LEAST_OPENING_SCALE:
            self._show_beginning(bounds)
        else:
            self._set_scale(scale)
            self._canvas.centerOn(bounds.center())
        self.follows = True
        self._canvas.view_moved()

    def _show_beginning(self, bounds: QRectF) -> None:
        """The upper left part of the network, or the part with its first layer."""
        self._set_scale(OPENING_SCALE)
        width, height = (pixels / OPENING_SCALE for pixels in self.room())
        reach = QPointF(min(bounds.width(), width), min(bounds.height(), height))
        self._canvas.centerOn(bounds.topLeft() + reach / 2)
        scene = self._canvas.canvas_scene
        for first in scene.network.topological()[:1]:
            self.show(scene.nodes[first].rect)

    def show(self, rect: QRectF) -> None:
        """Scrolls as little as needed to bring the rectangle into sight."""
        seen = self.visible_rect
        if not seen.contains(rect):
            margin = REVEAL_MARGIN_PIXELS / self.scale
            wanted = rect.adjusted(-margin, -margin, margin, margin)
            x = _shift(seen.left(), seen.right(), wanted.left(), wanted.right())
            y = _shift(seen.top(), seen.bottom(), wanted.top(), wanted.bottom())
            self._move(QPointF(x, y))
        self._uncover(rect)

    def _uncover(self, rect: QRectF) -> None:
        """Scrolls on where something that lies over the view would cover the rectangle."""
        for widget in self._canvas.overlays:
            if not widget.isVisible():
                continue
            place = QRectF(widget.geometry().translated(-self._canvas.viewport().pos()))
            cover = self._to_scene().mapRect(place)
            if not cover.intersects(rect):
                continue
            margin, middle = OVERLAY_MARGIN_PIXELS / self.scale, self.visible_rect.center()
            aside = rect.right() - cover.left() + margin  # overlays stand at the right edge
            past = rect.bottom() - cover.top() + margin
            if cover.center().y() < middle.y():
                past = rect.top() - cover.bottom() - margin
            self._move(QPointF(aside, 0) if aside < abs(past) else QPointF(0, past))

    def _move(self, step: QPointF) -> None:
        self._canvas.centerOn(self.visible_rect.center() + step)
        self.follows = False
        self._canvas.view_moved()

    def _set_scale(self, scale: float) -> bool:
        scale = min(max(scale, SMALLEST_SCALE), LARGEST_SCALE)
        if scale == self.scale:
            return False
        self._canvas.setTransform(QTransform.fromScale(scale, scale))
        self._canvas.canvas_scene.set_far(scale < FAR_SCALE)
        return True

    def _scroll(self, step: QPointF) -> None:
        """Moves what is seen by whole pixels."""
        for bar, pixels in (
            (self._canvas.horizontalScrollBar(), step.x()),
            (self._canvas.verticalScrollBar(), step.y()),
        ):
            bar.setValue(bar.value() - int(pixels))
        self._canvas.view_moved()


def _shift(low: float, high: float, wanted_low: float, wanted_high: float) -> float:
    """How far a stretch moves to hold another one, or that one's beginning."""
    if wanted_high - wanted_low > high - low or wanted_low < low:
        return wanted_low - low
    return max(wanted_high - high, 0.0)
