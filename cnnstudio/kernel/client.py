"""Asking the kernel: questions in, futures out. Imports neither torch nor Qt.

The kernel process may die at any time: it is started again and asked again, and whoever waits
for an answer notices nothing but a short wait.
"""

from __future__ import annotations

import itertools
import logging
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from cnnstudio.graph.errors import CnnStudioError, KernelError
from cnnstudio.kernel import wire
from cnnstudio.kernel.errors import from_wire
from cnnstudio.kernel.lanes import LANES
from cnnstudio.kernel.process import default_log, log_tail, start_process

ATTEMPTS = 3
CLOSE_SECONDS = 1.0

Progress = Callable[[float | None, str], None]

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Question:
    id: int
    name: str
    key: str | None
    arguments: dict[str, Any]
    progress: Progress | None
    answer: Future[Any] = field(default_factory=Future)
    attempts: int = 0
    begun: bool = False


class Kernel:
    """A kernel process and the questions to it. All methods return at once, but for `close`.

    Futures are completed on the client's reader thread. `command` and `log` replace the process
    that is started and the file that its stderr goes to.
    """

    def __init__(self, command: Sequence[str] | None = None, log: Path | None = None) -> None:
        self.log = log or default_log()
        self._command = command
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        self._piping = threading.Lock()
        self._waiting: dict[str, deque[_Question]] = {lane: deque() for lane in LANES.values()}
        self._asked: dict[str, _Question] = {}
        self._unwanted: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._closed = False
        self._reader = threading.Thread(target=self._run, name="kernel-reader", daemon=True)
        self._writer = threading.Thread(target=self._send_all, name="kernel-writer", daemon=True)
        self._reader.start()
        self._writer.start()

    @property
    def pid(self) -> int | None:
        """The running kernel's process id; None while there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    @property
    def starts(self) -> int:
        """How often a kernel process was started; above 1, it died in between."""
        return self._starts

    def ask(
        self,
        question: str,
        key: str | None = None,
        on_progress: Progress | None = None,
        **arguments: Any,
    ) -> Future[Any]:
        """Asks one of the questions in `lanes.LANES`; the answer comes in the future.

        A newer question with the same `key` supersedes an older one that was not sent yet: that
        one's future is cancelled. `on_progress(fraction or None, text)` is called on the reader
        thread. The future fails with the CnnStudioError that the question raised, or with a
        KernelError if the kernel can't be kept alive. The arguments (JSON values, pydantic
        models, numpy arrays, paths) must not be changed afterwards.
        """
        if question not in LANES:
            raise KernelError(f"The kernel knows no question '{question}'.")
        asked = _Question(next(self._ids), question, key, arguments, on_progress)
        with self._changed:
            if self._closed:
                raise KernelError("The kernel was closed.")
            queue = self._waiting[LANES[question]]
            # One that was sent to a kernel that died since waits here too, but counts as sent.
            superseded = [
                old for old in queue if key is not None and old.key == key and not old.begun
            ]
            for old in superseded:
                queue.remove(old)
            queue.append(asked)
            self._changed.notify_all()
        for old in superseded:
            old.answer.cancel()
        return asked.answer

    def cancel(self, answer: Future[Any]) -> None:
        """Takes a question back. One that is being answered ends where it next tells how far it
        is, and its future fails."""
        if answer.cancel():
            return
        with self._changed:
            self._unwanted += [one.id for one in self._asked.values() if one.answer is answer]
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the process and cancels what was not answered. May take a second."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            left = [question for queue in self._waiting.values() for question in queue]
            left += self._asked.values()
            for queue in self._waiting.values():
                queue.clear()
            self._asked.clear()
            process = self._process
            self._changed.notify_all()
        for question in left:
            if not question.answer.cancel():
                _fail(question, KernelError("The kernel was closed before it answered."))
        if process:
            _end(process, self._writer)
        self._reader.join(CLOSE_SECONDS)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # The reader's thread: keeps a process alive and takes its answers.

    def _run(self) -> None:
        while self._start():
            assert self._process and self._process.stdout
            served = False
            try:
                while True:
                    served = self._take(wire.read(self._process.stdout)) or served
            except (EOFError, OSError, wire.WireError) as error:
                logger.info("the kernel's stream ended: %r", error)
            self._bury(self._process, at_once=served)

    def _start(self) -> bool:
        """Starts a process; False once the client is closed."""
        while True:
            with self._changed:
                if self._closed:
                    return False
                try:
                    self._process = start_process(self._command, self.log)
                    self._starts += 1
                    self._changed.notify_all()
                    return True
                except OSError as error:
                    failure = KernelError(f"The kernel can't be started: {error}")
                    left = [question for queue in self._waiting.values() for question in queue]
                    for queue in self._waiting.values():
                        queue.clear()
            for question in left:
                _fail(question, failure)
            self._wait_for_questions()

    def _take(self, message: dict[str, Any]) -> bool:
        """Handles one message; True if it was the answer to a question."""
        with self._changed:
            found = [
                (lane, asked) for lane, asked in self._asked.items() if asked.id == message["id"]
            ]
            if not found:
                return False
            [(lane, question)] = found
            if "progress" not in message:
                del self._asked[lane]
                self._changed.notify_all()
        if "progress" in message:
            _report(question, message)
            return False
        if "error" in message:
            _fail(question, from_wire(message["error"]))
        else:
            question.answer.set_result(message["answer"])
        return True

    def _bury(self, process: subprocess.Popen[bytes], at_once: bool) -> None:
        """After a process ended: puts its questions back first in their lanes.

        A kernel that served is replaced at once, to be warm for the next question; one that
        never did only when there is something to ask, so that a broken installation does not
        start processes for ever.
        """
        process.kill()
        code = process.wait()
        assert process.stdin and process.stdout
        process.stdout.close()
        with self._piping:
            process.stdin.close()
        given_up: list[_Question] = []
        with self._changed:
            self._process = None
            self._unwanted.clear()
            for lane, question in self._asked.items():
                question.attempts += 1
                if question.attempts >= ATTEMPTS:
                    given_up.append(question)
                else:
                    self._waiting[lane].appendleft(question)
            self._asked.clear()
        for question in given_up:
            _fail(question, self._died(question, code))
        if not at_once:
            self._wait_for_questions()

    def _wait_for_questions(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or any(self._waiting.values()))

    def _died(self, question: _Question, code: int) -> KernelError:
        last = log_tail(self.log)
        return KernelError(
            f"The kernel stopped {ATTEMPTS} times while it answered '{question.name}' "
            f"(exit status {code})." + (f" Its last words: {last}" if last else ""),
            f"It may lack memory. What it printed is in {self.log}",
        )

    # The writer's thread: sends the next question of each lane that is free.

    def _send_all(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closed or bool(self._sendable() or self._unwanted)
                )
                if self._closed:
                    return
                process, unwanted = self._process, self._unwanted
                self._unwanted = []
            if unwanted and process and process.stdin:
                self._write(process.stdin, [wire.encode({"cancel": id}) for id in unwanted])
            with self._changed:
                if self._closed or not self._sendable():
                    continue
                lane = self._sendable()[0]
                question = self._waiting[lane].popleft()
                if not question.begun and not question.answer.set_running_or_notify_cancel():
                    continue
                question.begun = True
                self._asked[lane] = question
                process = self._process
            assert process and process.stdin
            self._send(process.stdin, lane, question)

    def _sendable(self) -> list[str]:
        if self._process is None:
            return []
        return [lane for lane, queue in self._waiting.items() if queue and lane not in self._asked]

    def _send(self, stream: Any, lane: str, question: _Question) -> None:
        message = {"id": question.id, "question": question.name, "arguments": question.arguments}
        try:
            chunks = wire.encode(message)
        except TypeError as error:
            with self._changed:
                self._asked.pop(lane, None)
                self._changed.notify_all()
            _fail(question, KernelError(f"'{question.name}' can't be asked: {error}."))
            return
        self._write(stream, [chunks])

    def _write(self, stream: Any, messages: list[Any]) -> None:
        try:
            with self._piping:
                for chunks in messages:
                    wire.write_chunks(stream, chunks)
        except (OSError, ValueError) as error:
            # The reader sees the end of the stream too, and puts the question back.
            logger.info("the kernel went away while being asked: %r", error)


def _fail(question: _Question, error: CnnStudioError) -> None:
    if question.begun or question.answer.set_running_or_notify_cancel():
        question.answer.set_exception(error)


def _report(question: _Question, message: dict[str, Any]) -> None:
    if question.progress is None:
        return
    try:
        question.progress(message["progress"], message["text"])
    except Exception:
        # The listener's mistake must not stop the thread that everyone's answers come through.
        logger.exception("a progress listener failed")


def _end(process: subprocess.Popen[bytes], writer: threading.Thread) -> None:
    """End of stream is the kernel's sign to leave; one that can't be told so is killed."""
    writer.join(CLOSE_SECONDS / 4)
    if not writer.is_alive() and process.stdin:
        process.stdin.close()
        try:
            process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("the kernel did not leave and is killed")
    process.kill()
