"""Code of the user's own that a project carries along, and the edits that change it.

A project and a run directory hold the text itself, so they are complete on any machine. Nothing
here reads or runs it.
"""

from __future__ import annotations

import keyword
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cnnstudio.graph.errors import ProblemError

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit
    from cnnstudio.graph.model import Project

USER_PREFIX: Final = "user:"
PACKAGE_PREFIX: Final = "package:"
MAX_SOURCE_CHARACTERS: Final = 1_000_000


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFile(_Value):
    """A Python file in the project: `name` is its module's, `path` where it was read from.

    A layer class `Swirl` in the source `my_layers` is the kind `user:my_layers.Swirl`.
    """

    name: str = Field(min_length=1, max_length=100)
    path: str = ""
    text: str = Field(max_length=MAX_SOURCE_CHARACTERS)

    @field_validator("name")
    @classmethod
    def _module_name(cls, value: str) -> str:
        if not (value.isascii() and value.isidentifier()) or keyword.iskeyword(value):
            raise ValueError(f"'{value}' can't be a module's name")
        return value

    @property
    def digest(self) -> str:
        """SHA-256 of the text: what consent is given to."""
        return sha256(self.text.encode("utf-8")).hexdigest()


class PackageUse(_Value):
    """An installed package whose layers the project uses: `name` is the entry point's.

    A layer class `Swirl` of it is the kind `package:NAME.Swirl`.
    """

    name: str = Field(min_length=1)
    distribution: str
    version: str


class _SourceEdit(_Value):
    def apply(self, project: Project) -> tuple[Project, Edit]:
        """The changed project and the inverse edit; ProblemError if the edit is impossible."""
        raise NotImplementedError


class AddSource(_SourceEdit):
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


class RemoveSource(_SourceEdit):
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


class ChangeSource(_SourceEdit):
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


class NotePackage(_SourceEdit):
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
