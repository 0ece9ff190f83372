"""What mends a finding in a certain project: the remedies that apply, and their edits."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.graph import Edit, Group, ProblemError, Project, RunError
from cnnstudio.training.doctor.illness import Finding
from cnnstudio.training.doctor.remedies import Remedy, remedies


@dataclass(frozen=True)
class Prescription:
    remedy: Remedy
    edit: Edit  # of the project, as one step


def prescriptions(project: Project, finding: Finding) -> list[Prescription]:
    """The remedies of a finding that change something in this project, the best first."""
    found = []
    for name in finding.illness.remedies:
        remedy = remedies[name]
        edits = remedy.edits(project, finding.nodes)
        if edits:
            found.append(Prescription(remedy, Group(text=remedy.title, edits=tuple(edits))))
    return found


def mended(project: Project, findings: list[Finding], name: str) -> Project:
    """The project with a remedy of one of these findings applied.

    RunError if there is no such remedy, or if it would change nothing.
    """
    if name not in remedies:
        raise RunError(
            f"There is no remedy '{name}'.", f"Choose one of: {', '.join(sorted(remedies))}."
        )
    nodes = next((f.nodes for f in findings if name in f.illness.remedies), ())
    edits = remedies[name].edits(project, nodes)
    if not edits:
        raise RunError(
            f"The remedy '{name}' changes nothing here: {remedies[name].title.lower()}.",
            "It is done already, or there is nothing that it could be done to.",
        )
    try:
        changed, _ = Group(text=remedies[name].title, edits=tuple(edits)).apply(project)
    except ProblemError as error:
        raise RunError(f"The remedy '{name}' fails: {error.message}", error.hint) from None
    return changed
