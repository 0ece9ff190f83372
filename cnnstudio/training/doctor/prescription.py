"""What mends a finding in a certain project: the remedies that apply, and their edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph import Edit, Group, ProblemError, Project, RunError, SetSetting
from cnnstudio.training.doctor.illness import Finding
from cnnstudio.training.doctor.remedies import Remedy, parameter_of, remedies
from cnnstudio.training.losses import losses
from cnnstudio.training.optimizers import optimizers

CATALOGUES = {"optimizer": optimizers, "loss": losses}


@dataclass(frozen=True)
class Change:
    """A number that the run had, what the remedy makes of it, and what the project has now."""

    setting: str
    before: float
    after: float
    now: float

    def __str__(self) -> str:
        return f"{self.before:g} → {self.after:g}"


@dataclass(frozen=True)
class Prescription:
    """`done` says that the project has it already; `changes` are the numbers of the settings."""

    remedy: Remedy
    edit: Edit  # of the project, as one step
    changes: tuple[Change, ...] = ()
    done: bool = False

    @property
    def title(self) -> str:
        """The remedy's title, with the old number and the new one where the run had one."""
        told = self.told
        return self.remedy.title if told is None else f"{self.remedy.title}: {told}"

    @property
    def told(self) -> Change | None:
        """The first number that the run had, other than 0, and what becomes of it."""
        return next((change for change in self.changes if change.before), None)


def prescriptions(
    project: Project, finding: Finding, trained: Project | None = None
) -> list[Prescription]:
    """The remedies of a finding that change something in what was `trained`, the best first.

    New settings are worked out from those of the run, whatever the project, which is to be
    changed, has become since; without `trained` the project is the run's.
    """
    return [
        Prescription(
            remedies[name], Group(text=remedies[name].title, edits=tuple(edits)),
            _changes(project, trained or project, edits), done=not _is_change(project, edits),
        )
        for name in finding.illness.remedies
        if (edits := _edits(remedies[name], project, trained or project, finding.nodes)) is not None
    ]  # fmt: skip


def _edits(
    remedy: Remedy, project: Project, trained: Project, nodes: tuple[str, ...]
) -> list[Edit] | None:
    """What is to be done to the project, which may be nothing any more; None if the remedy would
    have changed nothing in the run."""
    asked = remedy.edits(trained, nodes)
    if not asked:
        return None
    if not all(_is_for(edit, project, trained) for edit in asked):
        return remedy.edits(project, nodes)
    settings = [edit for edit in asked if isinstance(edit, SetSetting)]
    # Edits of the network name its nodes, which are those of the project as it is now.
    drawn = [edit for edit in remedy.edits(project, nodes) if not isinstance(edit, SetSetting)]
    return [*settings, *drawn]


def _is_for(edit: Edit, project: Project, trained: Project) -> bool:
    """Whether a setting's edit is for the optimizer or the loss that the project has now."""
    chosen = edit.name.split(".")[0] if isinstance(edit, SetSetting) else ""
    if chosen not in CATALOGUES:
        return True
    kinds = {getattr(one.training, chosen).kind for one in (project, trained)}
    return len(kinds) == 1


def _is_change(project: Project, edits: Iterable[Edit]) -> bool:
    """Whether the edits leave the project other than it is; a parameter at its default is as good
    as set to that."""
    left = [
        edit for edit in edits
        if not isinstance(edit, SetSetting) or _value(project, edit) != edit.value
    ]  # fmt: skip
    if not left:
        return False
    try:
        changed, _ = Group(text="", edits=tuple(left)).apply(project)
    except ProblemError:
        return True  # it is told when somebody tries
    return changed != project


def _changes(project: Project, trained: Project, edits: Iterable[Edit]) -> tuple[Change, ...]:
    return tuple(
        Change(edit.name.rpartition(".")[2].replace("_", " "), before, edit.value, now)
        for edit in edits
        if isinstance(edit, SetSetting)
        and _is_number(edit.value)
        and _is_number(before := _value(trained, edit))
        and _is_number(now := _value(project, edit))
    )


def _value(project: Project, edit: SetSetting) -> Any:
    """What the project has where the edit sets something."""
    first, *rest = edit.name.split(".")
    if first in CATALOGUES and rest:
        return parameter_of(project, first, rest[-1], CATALOGUES[first])
    return getattr(getattr(project, edit.section), first)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
