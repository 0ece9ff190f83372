"""Which code the user has allowed to run: remembered by its SHA-256, for this user, in one file.

A changed text has another digest and must be allowed anew. The window, the kernel, the trainer and
the command line all ask here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from cnnstudio.graph import CnnStudioError, ProblemError, Project
from cnnstudio.graph.file import write_atomically
from cnnstudio.layers.own.code import OwnCode
from cnnstudio.layers.own.lookup import carried_code

HINT = (
    "Look at the code and allow it: in the window by Edit > Allow the project's code, or with "
    "'cnnstudio allow FILE'."
)

_read: tuple[tuple[Path, int, int], frozenset[str]] | None = None


def store() -> Path:
    """The file that remembers: one JSON object a line, with the digest and what it was of."""
    folder = platformdirs.user_config_path("cnn-studio", appauthor=False)
    return Path(folder) / "allowed-code.jsonl"


def is_allowed(code: OwnCode) -> bool:
    """Whether exactly this code may run."""
    return code.digest in allowed_digests()


def allow_code(codes: Iterable[OwnCode]) -> None:
    """Remembers that these may run. Raises CnnStudioError if it can't be remembered."""
    known = allowed_digests()
    lines = [
        json.dumps({"sha256": code.digest, "of": code.prefix, "time": round(time.time())})
        for code in codes
        if code.digest not in known
    ]
    if not lines:
        return
    file = store()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Appended in one write, so that two processes at once lose nothing of each other's. The
        # line break before it ends a line that a full disk has cut short.
        text = "".join(f"\n{line}" for line in lines) + "\n"
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode())
    except OSError as error:
        raise CnnStudioError(
            f"{file} can't be written: {error.strerror}.", "Check the folder and its permissions."
        ) from None


def forget_code(codes: Iterable[OwnCode]) -> None:
    """Takes the permission back."""
    gone = {code.digest for code in codes}
    file = store()
    if file.is_file():
        kept = [line for line in _lines(file) if _digest(line) not in gone]
        write_atomically(file, "".join(f"{line}\n" for line in kept))


def allowed_digests() -> frozenset[str]:
    """Everything that was allowed. A line that can't be read allows nothing."""
    global _read
    file = store()
    try:
        state = file.stat()
    except OSError:
        return frozenset()
    now = (file, state.st_mtime_ns, state.st_size)
    if _read is None or _read[0] != now:
        digests = (_digest(line) for line in _lines(file))
        _read = (now, frozenset(digest for digest in digests if digest))
    return _read[1]


def not_allowed(project: Project) -> list[OwnCode]:
    """The code of the project, and of the packages that its nodes use, that may not run yet.

    A file without a layer never runs, so nobody is asked about it.
    """
    return [c for c in carried_code(project) if c.reading.layers and not is_allowed(c)]


def allow(project: Project) -> list[str]:
    """Allows all code that a project needs to run, and returns what that was.

    Look at it first: `project.sources` holds the text. Allowed code runs with your rights.
    """
    codes = not_allowed(project)
    allow_code(codes)
    return [code.prefix for code in codes]


def refuse_unless_allowed(code: OwnCode) -> None:
    """Raises ProblemError if this code may not run."""
    if not is_allowed(code):
        raise ProblemError(f"{code.name} holds code that has not been allowed to run.", hint=HINT)


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8", errors="replace").splitlines() if line]


def _digest(line: str) -> str:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    digest = entry.get("sha256") if isinstance(entry, dict) else None
    return digest if isinstance(digest, str) else ""
