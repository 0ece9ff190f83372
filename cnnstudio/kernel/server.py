"""The kernel process: reads questions, answers them on one thread a lane.

Nothing but answers goes to stdout; what libraries print ends in stderr. The process leaves the
moment its stdin ends, whatever it is doing: it never outlives the window that started it.
"""

from __future__ import annotations

import inspect
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, NoReturn

from cnnstudio.graph.errors import CnnStudioError, KernelError
from cnnstudio.kernel import wire
from cnnstudio.kernel.errors import to_wire
from cnnstudio.kernel.lanes import LANES, Lane

Message = dict[str, Any]
Find = Callable[[str], Callable[..., Any]]


def main(find: Find | None = None, load: Callable[[], None] | None = None) -> NoReturn:
    """Serves stdin. `find` gives the function of a question's name; by default, those of LANES,
    once `load` has loaded torch."""
    # Ctrl+C in the terminal is for the window, which then closes our stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = _take_over_streams()
    server = Server(answers, find or find_question, load or load_torch)
    try:
        while True:
            server.put(wire.read(questions))
    except EOFError:
        os._exit(0)
    except wire.WireError as error:
        print(f"kernel: {error}", file=sys.stderr, flush=True)
        os._exit(1)


class Server:
    """Lanes with a thread each, which wait until `load` is done."""

    def __init__(self, answers: BinaryIO, find: Find, load: Callable[[], None]) -> None:
        self._load = load
        self._find = find
        self._answers = answers
        self._writing = threading.Lock()
        self._warm = threading.Event()
        self._unwanted: set[int] = set()
        self._lanes: dict[Lane, queue.SimpleQueue[Message]] = {}
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        for lane in dict.fromkeys(LANES.values()):
            self._lanes[lane] = queue.SimpleQueue()
            threading.Thread(target=self._serve, args=(lane,), name=lane, daemon=True).start()

    def put(self, message: Message) -> None:
        """Queues a question in its lane, or notes that one is not wanted any more."""
        if "cancel" in message:
            self._unwanted.add(message["cancel"])
            return
        self._lanes[LANES.get(message["question"], "design")].put(message)

    def _warm_up(self) -> None:
        """Two threads that load torch at once could each see half of it, so the lanes wait. If it
        can't be loaded, the first question tells."""
        try:
            self._load()
        except ImportError:
            traceback.print_exc()
        finally:
            self._warm.set()

    def _serve(self, lane: Lane) -> None:
        waiting = self._lanes[lane]
        while True:
            message = waiting.get()
            self._warm.wait()
            self._send(self._answer(message))

    def _answer(self, message: Message) -> Message:
        id, name = message["id"], message["question"]
        try:
            function = self._find(name)
            arguments = dict(message["arguments"])
            if "progress" in inspect.signature(function).parameters:
                arguments["progress"] = self._progress(id)
            return {"id": id, "answer": function(**arguments)}
        except CnnStudioError as error:
            return {"id": id, "error": to_wire(error)}
        except Exception as error:
            # A mistake in one question must not take the others down: it is told and logged.
            traceback.print_exc()
            return {"id": id, "error": to_wire(_unexpected(name, error))}
        finally:
            self._unwanted.discard(id)

    def _send(self, message: Message) -> None:
        try:
            chunks = wire.encode(message)
        except TypeError as error:
            chunks = wire.encode(
                {"id": message["id"], "error": to_wire(_unexpected("the answer", error))}
            )
        with self._writing:
            wire.write_chunks(self._answers, chunks)

    def _progress(self, id: int) -> Callable[[float | None, str], None]:
        def progress(fraction: float | None, text: str = "") -> None:
            if id in self._unwanted:
                raise KernelError("The question was taken back.")
            self._send({"id": id, "progress": fraction, "text": text})

        return progress


def load_torch() -> None:
    """Loads torch before it is asked for, and what torch itself loads for its first shapes."""
    import torch

    torch.set_num_threads(max(1, min(4, (os.cpu_count() or 2) // 2)))
    import_module("cnnstudio.compiler.check").warm_up()


def find_question(name: str) -> Callable[..., Any]:
    """The function that answers a question."""
    if name not in LANES:
        raise KernelError(f"The kernel knows no question '{name}'.")
    home = import_module(f"cnnstudio.kernel.questions.{LANES[name]}")
    function: Callable[..., Any] = getattr(home, name)
    return function


def _unexpected(name: str, error: Exception) -> KernelError:
    kind, text = type(error).__name__, str(error).strip()
    return KernelError(
        f"The kernel could not answer '{name}': {kind}" + (f": {text}" if text else "."),
        "This is a mistake in CNN Studio; the kernel's log has the details.",
    )


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """The questions' and the answers' streams, out of reach of anything that prints or reads."""
    questions = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return questions, answers
