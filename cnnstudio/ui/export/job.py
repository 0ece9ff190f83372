"""An export in a process of its own, which can be ended at any time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from cnnstudio.deploy.proof import Proof
from cnnstudio.deploy.staging import sweep
from cnnstudio.graph import ExportError
from cnnstudio.training import interpreter

PATIENCE_MILLISECONDS = 3000  # until a process that was asked to end is killed


class ExportJob(QObject):
    """One export. Exactly one of `proven(Proof)`, `failed(ExportError)` and `cancelled` comes."""

    stage = Signal(str)
    proven = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, request: dict[str, Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = request
        self._result: Proof | ExportError | None = None
        self._cancelled = False
        self._process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in interpreter.environment().items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._take_error)

    def start(self) -> None:
        program, *arguments = interpreter.command("cnnstudio.deploy")
        self._process.start(program, arguments)
        self._process.write(json.dumps(self._request).encode())
        self._process.closeWriteChannel()

    def cancel(self) -> None:
        """Ends the process; `cancelled` comes when it is gone and nothing of it is left."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._cancelled = True
        if sys.platform == "win32":
            self._process.kill()  # a process without a window there can't be asked to end
        else:
            self._process.terminate()
            QTimer.singleShot(PATIENCE_MILLISECONDS, self._process, self._process.kill)

    def close(self) -> None:
        """Ends the process and waits for it, if it still runs."""
        self.cancel()
        if not self._process.waitForFinished(PATIENCE_MILLISECONDS):
            self._process.kill()
            self._process.waitForFinished(PATIENCE_MILLISECONDS)

    def _read(self) -> None:
        while self._process.canReadLine():
            told = json.loads(bytes(self._process.readLine().data()))
            if "stage" in told:
                self.stage.emit(told["stage"])
            elif "proof" in told:
                self._result = Proof.model_validate(told["proof"])
            else:
                error = told["error"]
                self._result = ExportError(error["message"], error["hint"], error["node"])

    def _finish(self, *_: object) -> None:
        self._read()
        if isinstance(self._result, Proof):  # it was done before it heard that it is to end
            self.proven.emit(self._result)
        elif self._cancelled:
            sweep(Path(self._request["path"]))
            self.cancelled.emit()
        else:
            self.failed.emit(self._result or self._unexpected())

    def _unexpected(self) -> ExportError:
        lines = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        last = lines.strip().splitlines()[-1:] or ["it gave no reason"]
        sweep(Path(self._request["path"]))
        return ExportError(f"The export ended unexpectedly: {last[0][:300]}.")

    def _take_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(
                ExportError(f"The export can't be started: {self._process.errorString()}.")
            )
