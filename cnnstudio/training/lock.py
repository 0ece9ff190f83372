"""One trainer a run: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnstudio.graph import RunError

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def only_trainer(folder: Path) -> Iterator[None]:
    """Holds the run in `folder`; RunError if another trainer holds it already."""
    try:
        descriptor = os.open(folder / "trainer.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RunError(f"{folder} can't be written: {error.strerror}.") from None
    try:
        try:
            _take(descriptor)
        except OSError as error:
            # Some shared disks keep no locks; there the status alone tells of another trainer.
            if error.errno in HELD:
                raise RunError(
                    f"{folder.name} is already being trained by another process.",
                    "Wait for it, or stop it first.",
                ) from None
        yield
    finally:
        os.close(descriptor)
