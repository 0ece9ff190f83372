"""What goes wrong in a run, and what mends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnstudio import tables
from cnnstudio.cli.app import AsJson, RunFolder, app, print_json, refuse_existing
from cnnstudio.graph import CnnStudioError, save

if TYPE_CHECKING:
    from cnnstudio.training.status import RunStatus


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
    history, status = directory.history(), directory.status()
    findings = diagnose(project, directory.data() or {}, history)
    if remedy is not None and out is not None:
        changed = mended(project, findings, remedy)
        refuse_existing(out, force)
        save(changed, out)
        print(out)
        return
    found = [(finding, prescriptions(project, finding)) for finding in findings]
    if as_json:
        told = [
            finding.to_json() | {"remedies": {one.remedy.name: one.remedy.title for one in helping}}
            for finding, helping in found
        ]
        print_json([*_failure(status), *told])
        return
    tables.print_failure(status, run, "last" in directory.checkpoints())
    if not any(event["type"] in ("step", "epoch") for event in history) and not found:
        print("Nothing was trained yet, so that there is nothing to examine.")
    elif status.state == "failed" and not found:
        print("In what it learned until then the doctor finds nothing wrong.")
    else:
        tables.print_findings(found, run)


def _failure(status: RunStatus) -> list[dict[str, Any]]:
    """The end of a run that failed, in the form of a finding; nothing for others."""
    if status.state != "failed":
        return []
    return [
        {
            "step": status.step, "epoch": status.epoch, "illness": "run_failed",
            "severity": "error", "message": status.message, "hint": status.hint, "evidence": {},
            "nodes": [], "remedies": {},
        }
    ]  # fmt: skip
