"""`cnnstudio export`: an export in the foreground, which signals end without a trace."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from cnnstudio.deploy.formats import format_for
from cnnstudio.deploy.proof import Proof
from cnnstudio.graph import ExportError, Project, load

ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


def export_from_command_line(
    source: Path,
    out: Path,
    format: str | None,
    weights: Path | None,
    checkpoint: str,
    force: bool,
) -> Proof:
    """Exports a project file or a run's folder; the stages are told on stderr if it is a terminal.

    Raises ExportError if it fails, or if files would be replaced without `force`.
    """
    subject: Project | Path = source if source.is_dir() else load(source)
    chosen = format_for(out, format)  # takes no time: what is wrong comes first
    there = [file for file in chosen.files(out) if file.exists()]
    if there and not force:
        raise ExportError(f"{there[0]} exists already.", "Choose another name, or add --force.")

    def tell(stage: str) -> None:
        if sys.stderr.isatty():
            print(f"{stage} …", file=sys.stderr)

    with interruptible():
        from cnnstudio.deploy.export import export  # takes seconds

        return export(
            subject, out, format, weights,
            checkpoint=checkpoint, progress=tell,
        )  # fmt: skip


@contextmanager
def interruptible() -> Iterator[None]:
    """Turns the signals that end a process into SystemExit, so that nothing half-written stays."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
