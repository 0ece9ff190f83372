"""Taking a network out as a file that proves itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from cnnstudio.deploy.formats import format_for
from cnnstudio.deploy.network import Subject, Weights, opened
from cnnstudio.deploy.proof import ExportedFile, Proof
from cnnstudio.deploy.proving import prove
from cnnstudio.deploy.staging import staged
from cnnstudio.deploy.writers import Options, Written
from cnnstudio.graph import ExportError

Tell = Callable[[str], object]


def export(
    subject: Subject,
    path: Path | str,
    format: str | None = None,
    weights: Weights | None = None,
    batch: int | Iterable[int] = (1, 4),
    checkpoint: str = "best",
    progress: Tell | None = None,
) -> Proof:
    """Writes a network to a file, runs the file in a fresh process, and keeps it if it computes
    what the canvas does.

    `subject` is a project or a run (or its folder). `format` is a name of `formats`; left out, the
    path's suffix says it. `weights` are a state dict, a `.safetensors` file, or a run; left out,
    the run's `checkpoint`, or what a training of the project would begin with. `batch` are the
    batch sizes that are tried; sizes that are marked as free at an Input are free in the file, and
    tried twice as large. `progress` is called with a sentence for each stage.

    Files that are there already are replaced. Raises ExportError if the export fails or differs:
    then nothing is written; WeightsError, ProblemError or RunError if there is nothing to export.
    """
    chosen = format_for(Path(path), format)
    target = chosen.files(Path(path).absolute())[0]
    tell = progress or (lambda _: None)
    options = Options(_batches(batch))
    tell("Building the network")
    network = opened(subject, weights, checkpoint)
    if not network.input_shapes:
        raise ExportError("The network has no Input.", "Add one, and wire it to the first layer.")
    with staged(target) as file:
        begun = time.monotonic()
        tell(f"Writing {target.name}")
        module, function = chosen.writer.rsplit(".", 1)
        written: Written = getattr(import_module(module), function)(network, file, options)
        ready = time.monotonic()
        tell("Proving it in a fresh process")
        found = prove(network, file, chosen, written, options)
        return Proof(
            path=target,
            format=chosen.name,
            weights=network.origin,
            runtime=found.runtime,
            files=tuple(_files(file)),
            differences=found.differences,
            tolerance=chosen.tolerance,
            export_seconds=round(ready - begun, 3),
            proof_seconds=round(time.monotonic() - ready, 3),
            free=written.free,
            facts=written.facts,
            warnings=written.warnings + found.warnings,
        )


def _batches(batch: int | Iterable[int]) -> tuple[int, ...]:
    batches = (batch,) if isinstance(batch, int) else tuple(batch)
    if not batches or min(batches) < 1:
        raise ExportError(f"The batch sizes {batches} can't be tried.", "Give sizes of at least 1.")
    return batches


def _files(file: Path) -> Iterable[ExportedFile]:
    """The export's own file first."""
    for one in sorted(file.parent.iterdir(), key=lambda other: (other != file, other.name)):
        yield ExportedFile(name=one.name, bytes=one.stat().st_size)
