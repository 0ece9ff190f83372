"""What goes wrong in a run, and what mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import tables
from cnnstudio.cli.app import AsJson, RunFolder, app, print_json, refuse_existing
from cnnstudio.graph import CnnStudioError, save


@app.command()
def doctor(
    run: RunFolder,
    remedy: Annotated[
        str | None, typer.Option(help="name of a remedy to apply to the run's project")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="project file to write it to")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="write over a file")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what goes wrong in a run, with evidence and remedies; write the mended project."""
    from cnnstudio.training.doctor import diagnose, mended, prescriptions
    from cnnstudio.training.rundir import RunDirectory

    if (remedy is None) != (out is None):
        raise CnnStudioError(
            "A remedy needs a file to write the mended project to.",
            "Write both: --remedy lower-rate -o mended.cnns.",
        )
    directory = RunDirectory(run)
    project = directory.project()
    findings = diagnose(project, directory.data() or {}, directory.history())
    if remedy is not None and out is not None:
        changed = mended(project, findings, remedy)
        refuse_existing(out, force)
        save(changed, out)
        print(out)
        return
    found = [(finding, prescriptions(project, finding)) for finding in findings]
    if as_json:
        print_json(
            [
                finding.to_json()
                | {"remedies": {one.remedy.name: one.remedy.title for one in helping}}
                for finding, helping in found
            ]
        )
    else:
        tables.print_findings(found, run)
