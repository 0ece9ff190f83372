"""Taking a picture out of the window: copied, saved, or as the lines of Python that make it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from cnnstudio.graph import CnnStudioError
from cnnstudio.interpret.figures.figure import Figure
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.picture_dialog import PictureDialog, choices_of
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

ICON = QSize(18, 18)
NO_LINES = "There is no single call that makes this picture."


class PictureButton(QToolButton):
    """A menu for one view. `figure()` is what the view shows now, None if nothing; `python()` are
    the lines that make it, and raises an error of ours that tells why there are none."""

    def __init__(
        self,
        session: Session,
        figure: Callable[[], Figure | None],
        python: Callable[[], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._figure = figure
        self._python = python
        self.setObjectName("picture_button")
        self.setAccessibleName("Take the picture out")
        self.setToolTip("Copy or save the picture, or copy it as Python")
        self.setIconSize(ICON)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.copy_action = self._add(menu, "Copy picture", self.copy)
        self.save_action = self._add(menu, "Save picture…", self.save)
        menu.addSeparator()
        self.python_action = self._add(menu, "Copy as Python", self.copy_python)
        menu.aboutToShow.connect(self.look)
        self.setMenu(menu)
        session.theme_changed.connect(self._redraw)
        self._redraw()

    def look(self) -> None:
        """Offers what is possible now."""
        there = self._figure() is not None
        for action in (self.copy_action, self.save_action):
            action.setEnabled(there)
        reason = "" if self._python is not None else NO_LINES
        if self._python is not None and there:
            try:
                self._python()
            except CnnStudioError as error:
                reason = error.message
        self.python_action.setEnabled(there and not reason)
        self.python_action.setToolTip(reason or "The lines that make this picture, to paste")
        # A menu is read by its texts: the reason stands there too.
        self.python_action.setText("Copy as Python" + (f"  ({_short(reason)})" if reason else ""))

    def copy(self) -> None:
        """The picture to the clipboard, as it would be saved."""
        figure = self._figure()
        if figure is None:
            return
        choices = choices_of(self._session.settings)

        def take(pixels: object) -> None:
            QGuiApplication.clipboard().setImage(image_of(pixels))
            self._tell("Copied the picture.")

        self._session.in_background(lambda: figure.image(**choices), take)

    def save(self) -> None:
        """Asks how and where to, and writes the picture."""
        figure = self._figure()
        if figure is not None:
            PictureDialog(self._session, figure, self.window()).open()

    def copy_python(self) -> None:
        if self._python is not None:
            try:
                lines = self._python()
            except CnnStudioError as error:
                self._session.tell_error(error)
                return
            QGuiApplication.clipboard().setText(lines)
            self._tell("Copied the lines of Python.")

    def _tell(self, text: str) -> None:
        self._session.tell(Message(text, key="picture", seconds=4.0))

    def _add(self, menu: QMenu, text: str, called: Callable[[], None]) -> QAction:
        action = menu.addAction(text)
        action.triggered.connect(lambda _=False: called())
        return action

    def _redraw(self) -> None:
        self.setIcon(theme.icon("mdi6.export-variant", "text_muted"))


def _short(reason: str) -> str:
    """The first clause of a sentence, for a menu."""
    first = reason.split(",")[0].rstrip(".")
    return first[:1].lower() + first[1:]
