"""A set of files that appears whole under its final names, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from cnnstudio.graph import ExportError
from cnnstudio.graph.file import umask
from cnnstudio.graph.replacing import flush


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A path with the target's name in a hidden folder beside it.

    What was written in that folder is moved to the target's folder at the end; if anything fails
    before, it is removed. Raises ExportError if the disk refuses.
    """
    sweep(target)
    try:
        # Beside the target, since a rename is atomic only within one file system.
        folder = Path(
            tempfile.mkdtemp(dir=target.parent, prefix=f"{_prefix(target)}{os.getpid()}-")
        )
    except OSError as error:
        raise unwritable(target, error) from None
    try:
        yield folder / target.name
        _move(folder, target)
    except OSError as error:
        raise unwritable(target, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(target: Path) -> None:
    """Removes what exports to this target left behind whose process was killed."""
    if not target.parent.is_dir():
        return
    prefix = _prefix(target)
    for folder in target.parent.iterdir():
        if folder.name.startswith(prefix):
            number = folder.name.removeprefix(prefix).split("-")[0]
            if number.isdigit() and not psutil.pid_exists(int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def unwritable(path: Path, error: Exception) -> ExportError:
    """The error for a disk that refuses."""
    told = getattr(error, "strerror", None) or str(error)
    return ExportError(
        f"{path} can't be written: {told}.",
        "Check the folder, its permissions and the free space, or export to another place.",
    )


def _prefix(target: Path) -> str:
    return f".{target.name}.exporting-"


def _move(folder: Path, target: Path) -> None:
    # The file itself last: once it is there, all that it needs is there.
    others = [file for file in sorted(folder.iterdir()) if file.name != target.name]
    for file in [*others, folder / target.name]:
        flush(file)
        file.chmod(0o666 & ~umask())  # some libraries write for the owner alone
        os.replace(file, target.parent / file.name)
    flush(target.parent)
