"""The Inspect workspace: network and image on top; below, pages with what can be seen of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from cnnstudio.graph import ExplanationError
from cnnstudio.layers import catalogue
from cnnstudio.training.status import UNFINISHED
from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.activations_dialog import ActivationsDialog
from cnnstudio.ui.inspect.filters.page import FiltersPage
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.history.animation_dialog import AnimationDialog
from cnnstudio.ui.inspect.history.strip import HistoryStrip
from cnnstudio.ui.inspect.image_chooser import SUFFIXES, ImageChooser
from cnnstudio.ui.inspect.image_page import ImagePage
from cnnstudio.ui.inspect.network_chooser import NetworkChooser
from cnnstudio.ui.inspect.page import Page
from cnnstudio.ui.inspect.pages import PAGES
from cnnstudio.ui.inspect.subject import Image, Subject
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session


class InspectWorkspace(QWidget):
    """Keeps the focus on what is chosen, and asks the kernel about it while it is visible."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stale = False
        self.setAccessibleName("Inspect")
        self.setAcceptDrops(True)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.networks = NetworkChooser(session)
        self.images = ImageChooser(session)
        self.focus = Focus(session, self)
        self.history = HistoryStrip(session, self.is_busy)
        self.pages: dict[type[Page], Page] = {made: made(session, self.focus) for made in PAGES}
        self._arrange()
        self._connect()
        self._take_subject(self.networks.subject)

    @property
    def image_page(self) -> ImagePage:
        page = self.pages[ImagePage]
        assert isinstance(page, ImagePage)
        return page

    def show_page(self, page: type[Page]) -> None:
        """Brings a page to the front."""
        self.tabs.setCurrentWidget(self.pages[page])

    def is_busy(self) -> bool:
        """Whether the page in front, or the prediction, waits for an answer."""
        page = self.tabs.currentWidget()
        asking = [self.focus.predicting, *page.findChildren(Inquiry)]
        return any(one.waiting for one in asking)

    def export_history(self) -> None:
        """Asks how the history of this image is to be written as an animation."""
        if self.focus.is_ready and "run" in self.focus.arguments:
            heat = self.image_page.heat.arguments
            AnimationDialog(
                self._session, self.focus.arguments, heat, self.focus.layer, self._filtered(),
                len(self.networks.moments), self.window(),
            ).open()  # fmt: skip

    def export_activations(self) -> None:
        """Asks which nodes' outputs for which images are to be written."""
        if self.focus.is_ready:
            arguments, layer = self.focus.arguments, self.focus.layer
            ActivationsDialog(self._session, arguments, layer, self.window()).open()
            return
        text = "There is no network to look into yet."
        self._session.tell(Message(text, "Train one, or choose the untrained one above."))

    def _filtered(self) -> str:
        """The layer that is looked at, if it is a convolution; else empty."""
        node = next((one for one in self.focus.layers if one.name == self.focus.layer), None)
        kind = None if node is None else catalogue.get(node.kind)
        return self.focus.layer if kind is not None and kind.category == "Convolution" else ""

    def open_image(self, path: Path) -> None:
        """Looks at an image file."""
        self.images.open_file(path)

    # Qt's events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            self.images.step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if image_in(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = image_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_image(path)

    # Putting it together

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.networks)
        top.addStretch()
        top.addWidget(self.images.controls)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(theme.spacing)
        head.addLayout(top)
        head.addWidget(self.images)
        head.addWidget(self.history)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("inspect_pages")
        self.tabs.setDocumentMode(True)
        for page in self.pages.values():
            self.tabs.setTabToolTip(self.tabs.addTab(page, page.title), page.tip)
        self.stage = Stage(_Scrolled(self.tabs))
        line = QFrame()
        line.setProperty("role", "line")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line)
        column.addWidget(self.stage, 1)

    def _connect(self) -> None:
        session, focus = self._session, self.focus
        self.networks.subject_changed.connect(self._take_subject)
        self.networks.moments_changed.connect(self._show_history)
        self.history.moment_wanted.connect(self.networks.choose_moment)
        self.history.export_wanted.connect(self.export_history)
        self.images.image_changed.connect(self._ask)
        self.images.failed.connect(self.stage.tell_error)
        focus.predicting.slow.connect(self._tell_of_waiting)
        focus.predicting.failed.connect(self._take_refusal)
        focus.predicted.connect(self._take_prediction)
        focus.image_wanted.connect(self._show_wanted)
        focus.step_wanted.connect(self._show_step)
        session.histograms_requested.connect(self._show_histograms)
        session.selection_changed.connect(self._follow_selection)
        session.inspect_requested.connect(self._show_requested)
        session.theme_changed.connect(self._redraw)

    # What is asked

    def _take_subject(self, subject: Subject | None) -> None:
        self.images.show_subject(subject)
        self.images.controls.setEnabled(subject is not None)
        self.images.setVisible(subject is not None)
        if subject is None:
            self.focus.predicting.forget()
            self.focus.show_subject(None, None)
            self._tell_what_is_missing()
            return
        self.stage.show_content()
        before = self.focus.subject
        self.focus.show_subject(subject, self.images.image)
        if before is None or before.project != subject.project:
            self._follow_selection(self._session.selection)
        self._show_history()
        self._ask()

    def _show_history(self) -> None:
        subject = self.networks.subject
        moments = self.networks.moments if subject is not None and subject.run is not None else []
        self.history.show_moments(moments, "" if subject is None else subject.checkpoint)
        self.history.show_curve(self._session.runs.history)

    def _ask(self) -> None:
        """Asks what the network says of the image that is chosen; the pages follow the focus."""
        self.focus.show_image(self.images.image)
        self._stale = not self.isVisible()
        if not self._stale:
            self.focus.predict()

    def _show_wanted(self, image: Image, opened: bool) -> None:
        if isinstance(image, str):
            self.images.open_file(Path(image))
        else:
            self.images.show_sample(str(image[0]), int(image[1]))
        if opened:
            self.show_page(ImagePage)

    def _show_step(self, step: int) -> None:
        for moment in self.networks.moments:
            if moment.step == step:
                self.networks.choose_moment(moment)

    def _show_histograms(self, layer: str) -> None:
        self.focus.want_layer(layer)
        self.show_page(FiltersPage)

    def _take_prediction(self) -> None:
        self.stage.show_content()
        self.images.model.name_classes(self.focus.classes)

    def _tell_of_waiting(self) -> None:
        """Before there is any answer; later ones are waited for in their panels."""
        if not self.image_page.prediction.answered:
            hint = "The first time takes a moment: the data is read and the network is built."
            self.stage.tell(Message("Asking the network…", hint), "mdi6.timer-sand")

    def _take_refusal(self, error: Exception) -> None:
        """What keeps the network from answering at all is told once, in place of the panels."""
        if not isinstance(error, ExplanationError):
            for page in self.pages.values():
                page.forget()
            self.stage.tell_error(error)
            return
        self.stage.show_content()  # each panel says it of itself

    def _follow_selection(self, ids: list[str]) -> None:
        by_id, path = self._session.network.by_id, self._session.place.path(self._session.project)
        prefix = f"{path}." if path else ""
        if len(ids) == 1 and ids[0] in by_id:
            self.focus.show_layer(f"{prefix}{by_id[ids[0]].name}")

    def _show_requested(self, title: str) -> None:
        """A page, for the layer that is selected on the canvas."""
        self._follow_selection(self._session.selection)
        for page in self.pages.values():
            if page.title == title:
                self.show_page(type(page))

    def _tell_what_is_missing(self) -> None:
        lacks = self.networks.lacks
        look = ("Look at the untrained network", self.networks.choose_untrained)
        if isinstance(lacks, Exception):
            self.stage.tell(Message.of(lacks))
        elif lacks == "checkpoint":
            self._tell_no_checkpoint(look)
        else:
            self._tell_no_run(look)

    def _tell_no_checkpoint(self, look: tuple[str, Any]) -> None:
        run = self._session.run
        status = self._session.runs.status_of(run) if run is not None else None
        if status is None or status.state in UNFINISHED:
            hint = "The first comes at the end of its first epoch, and shows here by itself."
            message = Message("This run has no checkpoint yet.", hint, actions=(look,))
            self.stage.tell(message, "mdi6.timer-sand")
        else:
            text = f"This run {status.state} before its first checkpoint. {status.message or ''}"
            self.stage.tell(Message(text.strip(), status.hint or "", "warning", (look,)))

    def _tell_no_run(self, look: tuple[str, Any]) -> None:
        actions = [look]
        keys = ""
        if "run.train" in self._session.actions:
            train = self._session.actions["run.train"]
            keys = train.shortcut().toString()
            actions.insert(0, ("Train", train.trigger))
        if not self._session.project.network.nodes:
            text = "There is no network yet."
            hint = "Draw one in Design, or open a template from the start page."
            self.stage.tell(Message(text, hint), "mdi6.eye-outline")
            return
        text = (
            f"Train the network first{f' ({keys})' if keys else ''}, or look at the untrained one."
        )
        hint = "Then see what it says of an image, what its layers respond to, and why."
        self.stage.tell(Message(text, hint, actions=tuple(actions)), "mdi6.eye-outline")

    def _redraw(self) -> None:
        self.images.redraw()
        self.history.redraw()
        self.stage.notice.redraw()
        for page in self.pages.values():
            page.redraw()


class _Scrolled(QScrollArea):
    """Lets the window become smaller than the largest page. Keys are the pages' own."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


def image_in(event: QDropEvent) -> Path | None:
    """The image file that is being dropped, if it is one."""
    for url in event.mimeData().urls():
        path = Path(url.toLocalFile())
        if url.isLocalFile() and path.suffix.lower().lstrip(".") in SUFFIXES:
            return path
    return None
