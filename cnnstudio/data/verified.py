"""Remembering which image files have been read whole, so that large folders open fast again."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from cnnstudio.graph.replacing import replacing

Stamp = tuple[int, int]  # bytes, time of the last change in nanoseconds


class Verified:
    """The files of one folder that were whole when they were last read.

    A file that has changed since counts as never read. What is remembered lies in the user's cache
    folder and may be deleted at any time.
    """

    def __init__(self, root: Path) -> None:
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:24]
        folder = platformdirs.user_cache_path("cnn-studio", appauthor=False) / "verified"
        self._file = folder / f"{name}.json"
        self._known = _read(self._file)
        self._found: dict[str, Stamp] = {}

    def knows(self, name: str, path: Path) -> bool:
        """Whether the file is as it was when it was read; keeps it in what is remembered."""
        stamp = _stamp(path)
        if stamp is None or self._known.get(name) != stamp:
            return False
        self._found[name] = stamp
        return True

    def add(self, name: str, path: Path) -> None:
        """Remembers a file that has just been read."""
        stamp = _stamp(path)
        if stamp is not None:
            self._found[name] = stamp

    def save(self) -> None:
        """Writes what was known and added, whole or not at all."""
        if self._found == self._known:
            return
        # Without a cache the files are read again: slower, and as right.
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._file, lasting=False) as aside:
                aside.write_text(json.dumps(self._found), "utf-8")


def _read(file: Path) -> dict[str, Stamp]:
    """What was remembered; nothing if that is missing or damaged."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): (int(size), int(changed)) for name, (size, changed) in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
