"""Somebody at the screen: an X pointer and keyboard, moved by `xdotool`, with nothing of Qt."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtWidgets import QApplication, QWidget

from cnnstudio.ui.canvas.view import CanvasView
from tests.ui.conftest import wait_for

PAUSE = "0.06"  # seconds between two movements: a quick hand


class Person:
    """Points, drags and types; the window lives on meanwhile."""

    def __init__(self, qtbot) -> None:
        self._qtbot = qtbot

    def wait(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        wait_for(self._qtbot, condition, seconds)

    def click(self, where: QWidget | QPoint, times: int = 1) -> None:
        x, y = self._place(where)
        self._do("mousemove", x, y, "sleep", PAUSE, "click", "--repeat", times, "--delay", 60, 1)

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Presses at `start`, moves in a few steps, lets go at `end`; both on the screen."""
        steps: list[object] = []
        for share in (0.05, 0.15, 0.5, 0.9, 1.0, 1.0):
            x, y = (round(a + (b - a) * share) for a, b in zip(_xy(start), _xy(end), strict=True))
            steps += ["mousemove", x, y, "sleep", PAUSE]
        self._do("mousemove", *_xy(start), "sleep", PAUSE, "mousedown", 1, "sleep", PAUSE, *steps,
                 "mouseup", 1)  # fmt: skip

    def type(self, text: str) -> None:
        self._do("type", "--delay", 25, text)

    def press(self, *keys: str) -> None:
        self._do("key", "--delay", 40, *keys)

    def _place(self, where: QWidget | QPoint) -> tuple[int, int]:
        if isinstance(where, QWidget):
            assert where.isVisible(), f"{where.objectName()} can't be seen"
            where = where.mapToGlobal(where.rect().center())
        return _xy(where)

    def _do(self, *arguments: object) -> None:
        hand = subprocess.Popen(["xdotool", *map(str, arguments)])
        self.wait(lambda: hand.poll() is not None, 60)
        assert hand.returncode == 0
        self._qtbot.wait(60)


def _xy(point: QPoint) -> tuple[int, int]:
    return point.x(), point.y()


def on_screen(canvas: CanvasView, place: QPointF) -> QPoint:
    """Where a place of the scene is on the screen."""
    return canvas.viewport().mapToGlobal(canvas.mapFromScene(place))


def item_on_screen(view: QWidget, rect: QRect) -> QPoint:
    """Where the middle of an item of a list is on the screen."""
    return view.viewport().mapToGlobal(rect.center())


def dialog_named(name: str) -> QWidget | None:
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and widget.objectName() == name:
            return widget
    return None
