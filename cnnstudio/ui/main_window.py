"""The main window: rail, top bar, workspaces, status bar, and what holds them together."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsView,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.layers.own.files import SUFFIX as PYTHON_SUFFIX
from cnnstudio.ui import theme
from cnnstudio.ui.app_icon import app_icon
from cnnstudio.ui.banner import Banner
from cnnstudio.ui.files import SUFFIX, ProjectFiles
from cnnstudio.ui.gallery import Gallery
from cnnstudio.ui.menus import Menus
from cnnstudio.ui.message import Message
from cnnstudio.ui.notification import Notifier
from cnnstudio.ui.rail import PLACES, Place, Rail
from cnnstudio.ui.recovery import Journal, LeftWork, left_work
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.session import Session
from cnnstudio.ui.status_bar import StatusBar
from cnnstudio.ui.top_bar import TopBar

if TYPE_CHECKING:
    from cnnstudio.training.rundir import RunDirectory
    from cnnstudio.ui.export import ExportDialog
    from cnnstudio.ui.importing import ImportDialog

WIDTH, HEIGHT = 1440, 900
WARM_UP_MILLISECONDS = 300
IMPORTED = (".pt2", ".onnx")  # what can be dropped to be imported


class MainWindow(QMainWindow):
    """One window on one session. Workspaces are made when they are first shown.

    `painted` is emitted once, when the window has been drawn for the first time.
    """

    painted = Signal()

    def __init__(self, session: Session, places: Sequence[Place] = PLACES) -> None:
        super().__init__()
        self.session = session
        self.workspaces: dict[str, QWidget] = {}
        self._places = {place.name: place for place in places}
        self._was_painted = False
        self._closing = False
        self._may_close = False
        self.setObjectName("main_window")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.files = ProjectFiles(session, self)
        self.control = RunControl(session)
        self.control.workspaces = self.workspaces
        self.notifier = Notifier(self.control, self)
        self.menus = Menus(session, self)
        self.journal = Journal(session)
        self.rail = Rail()
        self.banner = Banner()
        self.stack = QStackedWidget()
        self.gallery: Gallery | None = None
        self.export_dialog: ExportDialog | None = None
        self.import_dialog: ImportDialog | None = None
        self.top_bar = TopBar(session, self.control)
        self.status = StatusBar(session)
        self.top_bar.run_bar.follow(self.status.pacing)
        self._arrange()
        self._connect()
        self._restore_place()
        self._use_theme()
        self._show_title()

    # What is shown

    def show_gallery(self) -> None:
        """Shows the start page."""
        if self.gallery is None:
            self.gallery = self._made_gallery()
            self.stack.addWidget(self.gallery)
        else:
            self.gallery.refresh()
        self.stack.setCurrentWidget(self.gallery)
        self.rail.show_current(None)
        self.top_bar.show_welcome(True)
        self.status.show_welcome(True)

    def offer_left_work(self) -> None:
        """Tells of unsaved work from last time, where the start page is not shown."""

        def tell(found: list[LeftWork]) -> None:
            if found and self.stack.currentWidget() is not self.gallery:
                text = "There is unsaved work from a window that ended unexpectedly."
                actions = (("Show it", self.show_gallery),)
                self.session.tell(Message(text, actions=actions, key="left work"))

        self.session.in_background(left_work, tell)

    def show_workspace(self, name: str) -> None:
        """Shows a workspace; KeyError if there is none of this name."""
        if name not in self.workspaces:
            module, class_name = self._places[name].home.split(":")
            workspace = getattr(import_module(module), class_name)(self.session)
            workspace.setObjectName(f"workspace_{name}")
            self.workspaces[name] = workspace
            self.stack.addWidget(workspace)
        self.stack.setCurrentWidget(self.workspaces[name])
        self.rail.show_current(name)
        self.top_bar.show_welcome(False)
        self.status.show_welcome(False)

    def show_about(self) -> None:
        from cnnstudio.ui.about import AboutDialog

        AboutDialog(self).open()

    def show_rehearsal(self) -> None:
        from cnnstudio.ui.train.rehearsal_dialog import RehearsalDialog

        RehearsalDialog(self.session, self).start()

    def show_compare(self) -> None:
        from cnnstudio.ui.compare import CompareDialog

        CompareDialog(self.session, self).open()

    def show_export(self, run: RunDirectory | None) -> None:
        """Opens the export dialog beside the window, with a run's weights chosen."""
        from cnnstudio.ui.export import ExportDialog

        if self.export_dialog is None:
            self.export_dialog = ExportDialog(self.session, self, run)
            self.export_dialog.node_wanted.connect(self._show_node)
        elif not self.export_dialog.isVisible():
            self.export_dialog.outcome.clear()
        self.export_dialog.choose_run(run)
        self.export_dialog.show()
        self.export_dialog.raise_()
        self.export_dialog.activateWindow()

    def show_import(self, path: Path | None = None) -> None:
        """Opens the import dialog; with a file, it begins at once."""
        from cnnstudio.ui.importing import ImportDialog

        if self.import_dialog is None:
            self.import_dialog = ImportDialog(self.session, self)
            self.import_dialog.imported.connect(
                lambda path, message: self.files.open_path(path, lambda: self._tell(message))
            )
        self.import_dialog.show()
        self.import_dialog.raise_()
        if path is not None:
            self.import_dialog.import_file(path)

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def start_sample(self) -> None:
        """Opens the sample and trains it."""
        self.files.open_sample(self.control.train)

    # Qt's events

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self._keep_on_screen()
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        wanted = _file_in(event, SUFFIX) or _network_in(event) or self._layers_in(event)
        if wanted is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path, layers = _file_in(event, SUFFIX), self._layers_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)
        elif (network := _network_in(event)) is not None:
            event.acceptProposedAction()
            self.show_import(network)
        elif layers is not None:
            event.acceptProposedAction()
            self.show_workspace("design")
            self.workspaces["design"].own.add_file(layers)

    def _layers_in(self, event: QDropEvent) -> Path | None:
        """The Python file that is being dropped, where a project is open to take it."""
        is_open = self.stack.currentWidget() is not self.gallery
        return _file_in(event, PYTHON_SUFFIX) if is_open else None

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.document.modified and not self._may_close:
            event.ignore()
            self.files.after_saving(self._close_now, self._goes_on)
            return
        if not self._closing:
            self._closing = True
            if self._goes_on and not self._may_close:
                self.notifier.tell("Still training", self._goes_on)
            settings = self.session.settings
            settings.set_value("window/geometry", self.saveGeometry())
            settings.sync()
            self.hide()
            if self.export_dialog is not None:
                self.export_dialog.stop()
            if self.import_dialog is not None:
                self.import_dialog.stop()
            self.journal.close()
            self.session.close()
        super().closeEvent(event)

    @property
    def _goes_on(self) -> str:
        """What becomes of a training when the window is closed; empty without one."""
        if not self.control.goes_on:
            return ""
        opened = "the window" if self.session.document.path is None else "the project"
        return (
            "The training goes on in the background, and is shown again when "
            f"{opened} is next opened."
        )

    def _close_now(self) -> None:
        self._may_close = True
        self.close()

    # Putting it together

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.stack, 1)
        # Below: above, it would push what somebody is about to click out from under the pointer.
        right.addWidget(self.banner)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addLayout(right, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(content)

    def _connect(self) -> None:
        session = self.session
        # A shortcut works in the window whose action it is.
        self.addActions(list(session.actions))
        session.actions.added.connect(self.addAction)
        self.rail.chosen.connect(self.show_workspace)
        session.workspace_requested.connect(self.show_workspace)
        session.project_offered.connect(
            lambda project: self.files.show_recovered(project, None, lambda: None)
        )
        session.problems_requested.connect(self._show_problems)
        session.export_requested.connect(self.show_export)
        session.told.connect(self._tell)
        session.withdrawn.connect(self.banner.withdraw)
        self.painted.connect(lambda: QTimer.singleShot(WARM_UP_MILLISECONDS, self._warm_up))
        session.theme_changed.connect(self._use_theme)
        session.document_replaced.connect(self._show_title)
        session.document_replaced.connect(lambda: self.banner.outdate(document=True))
        session.changed.connect(lambda _: self.banner.outdate(document=False))
        session.modified_changed.connect(self._show_title)
        session.saved.connect(self._show_title)
        self.files.opened.connect(self._show_opened)
        self.control.ended.connect(lambda *_: self._propose_next())

    def _warm_up(self) -> None:
        """Loads behind the first picture what the next click needs."""
        self.session.kernel.warm_up()
        for place in self._places.values():
            module = place.home.split(":")[0]
            self.session.in_background(lambda module=module: import_module(module), lambda _: None)

    def _made_gallery(self) -> Gallery:
        gallery, files = Gallery(self.session), self.files
        gallery.sample_chosen.connect(lambda: files.open_sample())
        gallery.blank_chosen.connect(files.new)
        gallery.open_chosen.connect(files.open)
        gallery.template_chosen.connect(lambda name: files.new_from_template(name))
        gallery.recent_chosen.connect(files.open_path)
        gallery.recovered.connect(self._recover)
        return gallery

    def _recover(self, work: LeftWork) -> None:
        self.files.show_recovered(work.project, work.saved, lambda: self.journal.take_over(work))

    def _show_opened(self) -> None:
        """A project was opened: Design, with the keyboard on what comes next: training what is
        ready for it, and work on the canvas with a file of one's own."""
        self.banner.withdraw("open")
        self.show_workspace("design")
        document = self.session.document
        if document.path is None and document.project.network.nodes:
            self.top_bar.run_bar.focus_main()
        elif (canvas := self.workspaces["design"].findChild(QGraphicsView)) is not None:
            canvas.setFocus()  # where Tab searches for a layer, as the empty canvas says

    def _tell(self, message: Message) -> None:
        self.banner.tell(message)
        if message.key == "run":
            self._propose_next()

    def _show_problems(self) -> None:
        is_new = "design" not in self.workspaces
        self.show_workspace("design")
        if is_new:
            # It was not there yet to hear what was asked.
            self.session.problems_requested.emit()

    def _show_node(self, name: str) -> None:
        """Shows a layer on the canvas, opening the block that it is in."""
        self.show_workspace("design")
        canvas = self.workspaces["design"].findChild(QGraphicsView)
        if canvas is not None:
            canvas.reveal_path(name)

    def _propose_next(self) -> None:
        """Moves the keyboard to what is proposed, unless the user is busy elsewhere."""
        focused = self.focusWidget()
        idle = focused is None or focused is self or self.top_bar.isAncestorOf(focused)
        if idle and self.banner.isVisible():
            self.banner.focus_action()

    def _show_title(self, *_: object) -> None:
        document = self.session.document
        name = document.path.name if document.path else document.project.name
        self.setWindowTitle(f"{name}[*] – CNN Studio")
        self.setWindowModified(document.modified)

    def _use_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setPalette(theme.palette())
        app.setStyleSheet(theme.stylesheet())
        for part in (self.rail, self.banner, self.status, self.top_bar.run_bar, self.gallery):
            if part is not None:
                part.redraw()

    def _keep_on_screen(self) -> None:
        """Makes room for the frame that the desktop has put around the window."""
        frame, screen = self.frameGeometry(), self.screen().availableGeometry()
        excess = frame.size() - screen.size()
        if not self.isMaximized() and (excess.width() > 0 or excess.height() > 0):
            self.resize(
                self.width() - max(excess.width(), 0), self.height() - max(excess.height(), 0)
            )
            self.move(screen.topLeft())

    def _restore_place(self) -> None:
        geometry = self.session.settings.value("window/geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            available = QGuiApplication.primaryScreen().availableGeometry().size()
            self.resize(min(WIDTH, available.width()), min(HEIGHT, available.height()))


def _network_in(event: QDropEvent) -> Path | None:
    """The first file to import that is being dropped."""
    return next((file for s in IMPORTED if (file := _file_in(event, s)) is not None), None)


def _file_in(event: QDropEvent, suffix: str) -> Path | None:
    """The first file with this suffix that is being dropped."""
    for url in event.mimeData().urls():
        if url.isLocalFile() and url.toLocalFile().endswith(suffix):
            return Path(url.toLocalFile())
    return None
