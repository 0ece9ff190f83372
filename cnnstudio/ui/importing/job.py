"""An import in a process of its own, which can be ended at any time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from cnnstudio.graph import CnnStudioError
from cnnstudio.training import interpreter

PATIENCE_MILLISECONDS = 3000
NO_FACTS = "the process gave no result"


class ImportJob(QObject):
    """One import. Exactly one of `done(dict)`, `failed(CnnStudioError)` and `cancelled` comes."""

    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(
        self, source: str, file: Path, shape: str, pretrained: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._arguments = ["import", source, "-o", str(file), "--json", "--force"]
        if shape:
            self._arguments += ["--input", shape]
        if pretrained:
            self._arguments.append("--pretrained")
        self._cancelled = False
        self._process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in interpreter.environment().items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._take_error)

    def start(self) -> None:
        program, *arguments = interpreter.command("cnnstudio")
        self._process.start(program, [*arguments, *self._arguments])

    def cancel(self) -> None:
        """Ends the process; `cancelled` comes when it is gone."""
        self._cancelled = True
        self._process.kill()  # its files are written in one step, so that nothing is left half done

    def close(self) -> None:
        """Ends the process and waits for it, if it still runs."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self.cancel()
            self._process.waitForFinished(PATIENCE_MILLISECONDS)

    def _finish(self, code: int, *_: object) -> None:
        if self._cancelled:
            self.cancelled.emit()
            return
        text = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        try:
            told: dict[str, Any] = json.loads(text)
        except ValueError:
            self.failed.emit(self._error())
        else:
            self.done.emit(told)

    def _error(self) -> CnnStudioError:
        """What the command line told on stderr: what happened, then what to do about it."""
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        lines = [line for line in text.strip().splitlines() if line.strip()] or [NO_FACTS]
        for place, line in enumerate(lines):
            if line.startswith("Error: "):
                return CnnStudioError(line.removeprefix("Error: "), " ".join(lines[place + 1 :]))
        return CnnStudioError(f"The import ended unexpectedly: {lines[-1][:300]}")

    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(
                CnnStudioError(f"The import can't be started: {self._process.errorString()}.")
            )
