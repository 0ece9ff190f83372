"""Unsaved work outlives a crash: each window keeps a copy of it, the next one offers it.

A window writes its modified project to a file of its own a moment after each change, and deletes
it when the project is saved or the window closes properly. A file whose process is gone is what a
killed window left behind.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import psutil
from PySide6.QtCore import QObject, QTimer

from cnnstudio.graph import CnnStudioError, Project, dumps, loads
from cnnstudio.graph.file import write_atomically
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

DELAY_MILLISECONDS = 1000
SAME_PROCESS_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LeftWork:
    """Unsaved work of a window that is gone. `saved` is its project file, if it had one."""

    file: Path
    project: Project
    saved: Path | None
    time: float

    def discard(self) -> None:
        self.file.unlink(missing_ok=True)


def recovery_folder() -> Path:
    return Path(platformdirs.user_state_path("cnn-studio", appauthor=False)) / "recovery"


def left_work() -> list[LeftWork]:
    """What windows that were killed left behind, newest first."""
    found = []
    for file in sorted(recovery_folder().glob("*.json")):
        try:
            content = json.loads(file.read_text("utf-8"))
            if _is_running(int(content["pid"]), float(content["created"])):
                continue
            saved = Path(content["path"]) if content["path"] else None
            project = loads(content["project"], where="The recovered project")
            found.append(LeftWork(file, project, saved, float(content["time"])))
        except (OSError, ValueError, KeyError, TypeError, CnnStudioError) as error:
            # Kept for whoever wants to look into it, but out of the way.
            logger.warning("%s can't be recovered: %s", file, error)
            file.replace(file.with_suffix(".damaged"))
    return sorted(found, key=lambda work: work.time, reverse=True)


class Journal(QObject):
    """Keeps this window's recovery file up to date."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        pid = os.getpid()
        self._process = {"pid": pid, "created": psutil.Process(pid).create_time()}
        self.file = recovery_folder() / f"{pid}-{id(session):x}.json"
        self._inherited: list[LeftWork] = []
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MILLISECONDS)
        self._timer.timeout.connect(self._write)
        session.changed.connect(self._timer.start)
        session.saved.connect(self._follow)
        session.document_replaced.connect(self._follow)

    def take_over(self, work: LeftWork) -> None:
        """Answers for recovered work: its file is deleted once ours is written or not needed."""
        self._inherited.append(work)

    def close(self) -> None:
        """Nothing needs recovering any more."""
        self._timer.stop()
        self.file.unlink(missing_ok=True)
        self._let_go()

    def _let_go(self) -> None:
        while self._inherited:
            self._inherited.pop().discard()

    def _follow(self) -> None:
        if self._session.document.modified:
            self._timer.start()
        else:
            self._timer.stop()
            self._session.in_background(lambda: self.file.unlink(missing_ok=True), lambda _: None)

    def _write(self) -> None:
        document = self._session.document
        if not document.modified:
            self._follow()
            return
        project, path = document.project, document.path

        def write() -> None:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            content = {
                **self._process,
                "path": str(path) if path else None,
                "time": time.time(),
                "project": dumps(project),
            }
            write_atomically(self.file, json.dumps(content))
            self._let_go()

        self._session.in_background(write, lambda _: None, self._fail)

    def _fail(self, error: Exception) -> None:
        self._session.tell(Message.of(error, "Unsaved work can't be kept safe: ", key="recovery"))


def _is_running(pid: int, created: float) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - created) < SAME_PROCESS_SECONDS
    except psutil.NoSuchProcess:
        return False
