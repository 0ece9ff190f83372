"""An export in a process of its own: a request as JSON on stdin, JSON lines on stdout.

Each line is {"stage": sentence}, {"proof": …} or {"error": {"message", "hint", "node"}}. Ending the
process at any time leaves no half-written file (`staging.sweep` sees to a killed one).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cnnstudio.deploy.command import interruptible
from cnnstudio.graph import CnnStudioError, Project


class Request(BaseModel):
    """What is to be exported: `project`, or the run in the folder `run`."""

    project: Project | None = None
    run: Path | None = None
    checkpoint: str = "best"
    path: Path
    format: str


def main() -> int:
    """Exit status 0 with a proof, 1 with an error."""
    request = Request.model_validate_json(sys.stdin.read())
    with interruptible():
        from cnnstudio.deploy.export import export

        subject = request.run or request.project
        try:
            assert subject is not None, "the request names neither a run nor a project"
            proof = export(
                subject,
                request.path,
                request.format,
                checkpoint=request.checkpoint,
                progress=lambda stage: _tell(stage=stage),
            )
        except CnnStudioError as error:
            told = {"message": error.message, "hint": error.hint}
            _tell(error=told | {"node": getattr(error, "node", None)})
            return 1
    _tell(proof=proof.model_dump(mode="json"))
    return 0


def _tell(**line: Any) -> None:
    print(json.dumps(line), flush=True)
