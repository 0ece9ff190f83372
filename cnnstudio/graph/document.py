"""The open project: applies edits and says what changed. Plain Python, so it works without Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.graph.edits import Edit
from cnnstudio.graph.model import Project


@dataclass(frozen=True)
class Changed:
    """One edit that was made, with the project before and after it."""

    edit: Edit
    before: Project
    after: Project


class Document:
    """A project being edited, and where it is saved."""

    def __init__(self, project: Project | None = None, path: Path | None = None) -> None:
        self.project = project or Project()
        self.path = path
        self._saved: Project | None = self.project
        self._listeners: list[Callable[[Changed], None]] = []

    def apply(self, edit: Edit) -> Edit:
        """Makes the edit, tells the listeners, and returns the inverse edit.

        Raises ProblemError if the edit is impossible; the document is then as before.
        """
        before = self.project
        self.project, inverse = edit.apply(before)
        changed = Changed(edit, before, self.project)
        for listener in list(self._listeners):
            listener(changed)
        return inverse

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Calls `listener` after each edit, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def modified(self) -> bool:
        """Whether the project differs from what was last saved."""
        return self._saved != self.project

    def mark_saved(self, project: Project | None = None) -> None:
        """Counts the current project, or the one that was written meanwhile, as the saved one."""
        self._saved = project or self.project

    def mark_unsaved(self) -> None:
        """Counts the project as modified until it is saved (a recovered or generated one)."""
        self._saved = None
