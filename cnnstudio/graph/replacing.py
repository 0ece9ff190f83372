"""Writing so that a reader sees the old or the new, and never half of anything."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path, lasting: bool = True) -> Iterator[Path]:
    """A path beside `target`, to write a file or a folder to: at the end it takes target's place.

    If anything fails before, `target` stays as it was and nothing else is left. What is `lasting`
    is on the disk when this returns, so that it is whole after the power failed too; that takes
    milliseconds. A folder can't replace another one that holds something. Raises OSError if the
    disk refuses.
    """
    # Beside the target, since a rename is atomic only within one file system.
    aside = target.with_name(f".{target.name}.{os.getpid()}.{time.monotonic_ns()}.tmp")
    try:
        yield aside
        if lasting:
            _flush_all(aside)
        aside.replace(target)
    except BaseException:
        _remove(aside)
        raise
    if lasting:
        flush(target.parent)


def flush(path: Path) -> None:
    """Waits until a file's content, or a folder's list of names, is on the disk."""
    if path.is_dir():
        if sys.platform == "win32":
            return  # where folders can't be opened, and keep their names by themselves
        descriptor = os.open(path, os.O_RDONLY)
    else:
        descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_all(path: Path) -> None:
    if path.is_dir():
        for inside in path.iterdir():
            _flush_all(inside)
    flush(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
