"""One page of Inspect: a way to look at what the focus is on."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.session import Session


class Page(QWidget):
    """Asks only while it can be seen: `look` is called when the network changes, or what else of
    the focus it follows; for a page that is hidden, once it is shown.

    `title` stands on its tab, `tip` tells what it is for.
    """

    title: ClassVar[str]
    tip: ClassVar[str] = ""
    follows_image: ClassVar[bool] = True
    follows_layer: ClassVar[bool] = False
    follows_unit: ClassVar[bool] = False

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.focus = focus
        self._stale = True
        self._network: Any = None  # whose answers are shown: a run, or an untrained project
        self.setAccessibleName(self.title)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        focus.subject_changed.connect(self.refresh)
        for follows, changed in (
            (self.follows_image, focus.image_changed),
            (self.follows_layer, focus.layer_changed),
            (self.follows_unit, focus.unit_changed),
        ):
            if follows:
                changed.connect(self.refresh)

    def look(self) -> None:
        """Asks for what is to be seen. There are a network and, if it is followed, an image."""
        raise NotImplementedError

    def forget(self) -> None:
        """Waits no longer for any answer: there is no network, or it can't answer."""
        raise NotImplementedError

    def outdate(self) -> None:
        """What is shown is another network's than the one looked at: shows it no longer. Of the
        same run at another moment it stays until the new comes, so that nothing flickers."""
        for panel in self.findChildren(Panel):
            panel.outdate()

    def redraw(self) -> None:
        """Draws anew in the current theme's colours."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Looks now, or when it can be seen."""
        if self.focus.subject is None:
            self.forget()
        self._stale = True
        self._look_if_seen()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_if_seen()

    def _look_if_seen(self) -> None:
        if not self.isVisible():
            return
        self._outdate_another()
        there = self.focus.is_ready if self.follows_image else self.focus.subject is not None
        if self._stale and there:
            self._stale = False
            self.look()

    def _outdate_another(self) -> None:
        subject = self.focus.subject
        if subject is None:
            return
        before, self._network = self._network, subject.network
        if before is not None and before != self._network:
            self.outdate()
