"""The edit of a project's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError, field_validator

from cnnstudio.graph.damage import words
from cnnstudio.graph.edit import BaseEdit
from cnnstudio.graph.errors import ProblemError
from cnnstudio.graph.model import Project
from cnnstudio.graph.spelling import meant
from cnnstudio.graph.values import check_json

if TYPE_CHECKING:
    from cnnstudio.graph.edits import Edit


class SetSetting(BaseEdit):
    """Sets one setting; `name` may lead into a nested one: `optimizer.parameters.momentum`, or
    `augmentation.0.probability` in a list."""

    type: Literal["set_setting"] = "set_setting"
    section: Literal["project", "data", "training"]
    name: str
    value: Any = None
    unset: bool = False

    @field_validator("value")
    @classmethod
    def _plain_json(cls, value: Any) -> Any:
        check_json(value)
        return value

    @property
    def label(self) -> str:
        return f"Change {self.name.rsplit('.', 1)[-1].replace('_', ' ')}"

    def apply(self, project: Project) -> tuple[Project, Edit]:
        document = project if self.section == "project" else getattr(project, self.section)
        allowed = (
            {"name", "description"}
            if self.section == "project"
            else set(type(document).model_fields)
        )
        path = self.name.split(".")
        if path[0] not in allowed:
            raise ProblemError(
                f"There is no setting '{self.section}.{self.name}'.{meant(path[0], allowed)}",
                hint=f"There are: {', '.join(sorted(allowed))}.",
            )
        values = document.model_dump(mode="json", include={path[0]})
        holder: Any = values
        for key in path[:-1]:
            holder = _inside(holder, key)
        last: Any = path[-1]
        if isinstance(holder, list) and _inside(holder, last) is not None and not self.unset:
            last = int(last)
            had, old = True, holder[last]
        elif isinstance(holder, dict):
            had, old = last in holder, holder.pop(last, None)
        else:
            raise ProblemError(
                f"There is no setting '{self.section}.{self.name}'.",
                hint=f"'{self.section}.{path[0]}' is one value, with nothing inside of it.",
            )
        if not self.unset:
            holder[last] = self.value
        try:
            changed = type(document).model_validate(
                {name: getattr(document, name) for name in type(document).model_fields} | values
            )
        except ValidationError as error:
            raise self._refusal(error.errors()[0], holder) from None
        inverse = SetSetting(section=self.section, name=self.name, value=old, unset=not had)
        if self.section == "project":
            return changed, inverse
        return project.model_copy(update={self.section: changed}), inverse

    def _refusal(self, wrong: Any, holder: Any) -> ProblemError:
        """What is wrong, where: perhaps not with the value, but with a name in it or before it."""
        place = [self.section, *map(str, wrong["loc"])]
        where, name = ".".join(place[:-1]), place[-1]
        asked = f"{self.section}.{self.name}"
        if wrong["type"] != "extra_forbidden":
            inner = ".".join(place).removeprefix(asked).lstrip(".")
            told = f"'{inner}'" if inner else "it"
            return ProblemError(f"{asked} can't be {self.value!r}: {told} {words(wrong)}.")
        if isinstance(holder, dict) and "parameters" in holder and ".".join(place) == asked:
            return ProblemError(
                f"There is no setting '{asked}'.",
                hint=f"Parameters of {where} are set as {where}.parameters.{name}.",
            )
        return ProblemError(
            f"'{where}' has no '{name}'.", hint="Parameters stand in 'parameters' there."
        )


def _inside(holder: Any, key: str) -> Any:
    """What a dict or a list holds under a key; None if that is nothing."""
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and key.isdecimal() and int(key) < len(holder):
        return holder[int(key)]
    return None
