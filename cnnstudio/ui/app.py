"""Starting the window: `cnnstudio [PROJECT]` and `cnnstudio demo` end up here."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import cnnstudio
from cnnstudio.ui.app_icon import app_icon
from cnnstudio.ui.collector import Collector
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

LOG_BYTES = 2**20
SIGNAL_MILLISECONDS = 200


def main(argv: Sequence[str] | None = None) -> int:
    """Shows the window until it is closed; the exit status."""
    options = _options(sys.argv[1:] if argv is None else argv)
    _keep_log()
    app = make_application()
    Collector(app)
    session = Session()
    _tell_unforeseen(session)
    window = MainWindow(session)
    if options.demo:
        window.start_sample()
    elif options.project is not None:
        window.files.open_path(options.project)
    else:
        window.show_gallery()
    window.show()
    window.offer_left_work()
    # Python handles signals between its own steps only, so it is given some.
    waker = QTimer(interval=SIGNAL_MILLISECONDS)
    waker.timeout.connect(lambda: None)
    waker.start()
    signal.signal(signal.SIGINT, lambda *_: window.close())
    return app.exec()


def make_application() -> QApplication:
    """The QApplication with the names, style and scaling that the window expects."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(["cnnstudio"])
    app.setApplicationName("cnn-studio")
    app.setApplicationDisplayName("CNN Studio")
    app.setApplicationVersion(cnnstudio.__version__)
    app.setDesktopFileName("cnnstudio")
    app.setWindowIcon(app_icon())
    app.setStyle("Fusion")
    return app


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("cnnstudio-window", description="Open the window.")
    parser.add_argument("project", nargs="?", type=Path, help="project file (.cnns)")
    parser.add_argument("--demo", action="store_true", help="open the sample and train it")
    return parser.parse_args(list(argv))


def _keep_log() -> None:
    folder = Path(platformdirs.user_log_path("cnn-studio", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(folder / "window.log", maxBytes=LOG_BYTES, backupCount=1)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[file, logging.StreamHandler()],
    )


def _tell_unforeseen(session: Session) -> None:
    """An error that nobody caught is logged and told; the window goes on."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger(__name__).error("unforeseen", exc_info=(kind, error, trace))
        if isinstance(error, Exception) and threading.current_thread() is threading.main_thread():
            session.tell(Message.of(error, key="unforeseen"))

    def log(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            tell(failure.exc_type, failure.exc_value, failure.exc_traceback)

    sys.excepthook = tell
    threading.excepthook = log


if __name__ == "__main__":
    sys.exit(main())
