"""Edits of the code that a project carries along. None of them reads or runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cnnstudio.graph.edit import BaseEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import Project
from cnnstudio.graph.sources import PackageUse, SourceFile

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit


class AddSource(BaseEdit):
    """Adds a Python file; its name must be free."""

    type: Literal["add_source"] = "add_source"
    source: SourceFile

    @property
    def label(self) -> str:
        return f"Add the layers of {self.source.name}.py"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        if project.source(self.source.name) is not None:
            raise ProblemError(f"The project already has a file named '{self.source.name}'.")
        return project.with_sources((*project.sources, self.source)), RemoveSource(
            name=self.source.name
        )


class RemoveSource(BaseEdit):
    """Removes a Python file. Nodes of its kinds stay, as placeholders."""

    type: Literal["remove_source"] = "remove_source"
    name: str

    @property
    def label(self) -> str:
        return f"Remove the layers of {self.name}.py"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        source = _existing(project, self.name)
        kept = (other for other in project.sources if other.name != self.name)
        return project.with_sources(kept), AddSource(source=source)


class ChangeSource(BaseEdit):
    """Replaces the text, and where it came from, of the file of the same name."""

    type: Literal["change_source"] = "change_source"
    source: SourceFile

    @property
    def label(self) -> str:
        return f"Reload {self.source.name}.py"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        before = _existing(project, self.source.name)
        changed = (self.source if s.name == before.name else s for s in project.sources)
        return project.with_sources(changed), ChangeSource(source=before)


class NotePackage(BaseEdit):
    """Notes which version of a package the project uses; `use` None forgets it."""

    type: Literal["note_package"] = "note_package"
    name: str
    use: PackageUse | None

    @property
    def label(self) -> str:
        return f"Use the layers of {self.name}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        if self.use is not None and self.use.name != self.name:
            raise ProblemError(f"'{self.use.name}' is not the package '{self.name}'.")
        before = next((use for use in project.packages if use.name == self.name), None)
        kept = [use for use in project.packages if use.name != self.name]
        noted = kept if self.use is None else [*kept, self.use]
        return project.with_packages(noted), NotePackage(name=self.name, use=before)


def _existing(project: Project, name: str) -> SourceFile:
    source = project.source(name)
    if source is None:
        raise ProblemError(f"The project has no file named '{name}'.")
    return source
