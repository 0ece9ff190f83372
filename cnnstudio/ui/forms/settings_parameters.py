"""Parameters of a pydantic settings model, so that one form serves layers and settings."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cnnstudio.layers.declaration import Parameter, ParameterType

TYPES: dict[Any, ParameterType] = {bool: "bool", int: "int", float: "float", str: "text"}


@dataclass(frozen=True)
class SettingParameter(Parameter):
    """A parameter with open limits: more than `above`, less than `below`."""

    above: float | None = None
    below: float | None = None

    def validate(self, value: Any) -> Any:
        checked = super().validate(value)
        if isinstance(checked, int | float) and not isinstance(checked, bool):
            if self.above is not None and checked <= self.above:
                raise ValueError(f"should be more than {self.above:g}")
            if self.below is not None and checked >= self.below:
                raise ValueError(f"should be less than {self.below:g}")
        return checked


def parameters_of_settings(
    model_class: type[BaseModel],
    names: Iterable[str] | None = None,
    advanced: Iterable[str] = (),
) -> tuple[Parameter, ...]:
    """The parameters of these fields, in this order; of all simple fields without `names`. Those
    of `advanced` come after them, folded away.

    A field's title, description, limits and Literal choices become the parameter's. TypeError for
    a named field that no editor fits.
    """
    fields = model_class.model_fields
    wanted = list(names) if names is not None else [n for n in fields if _kind(fields[n])]
    shown = [_parameter(name, fields[name]) for name in wanted]
    folded = [replace(_parameter(name, fields[name]), advanced=True) for name in advanced]
    return (*shown, *folded)


def _parameter(name: str, field: FieldInfo) -> Parameter:
    kind = _kind(field)
    if kind is None:
        raise TypeError(f"no form field fits the setting '{name}'")
    annotation, optional = _without_none(field.annotation)
    limits = {type(limit): limit for limit in field.metadata}
    return SettingParameter(
        name=name,
        title=field.title or name.replace("_", " ").capitalize(),
        type=kind,
        default=field.get_default(call_default_factory=True),
        help=field.description or "",
        minimum=limits[Ge].ge if Ge in limits else None,
        maximum=limits[Le].le if Le in limits else None,
        above=limits[Gt].gt if Gt in limits else None,
        below=limits[Lt].lt if Lt in limits else None,
        choices=tuple(get_args(annotation)) if kind == "choice" else (),
        optional=optional,
    )


def _kind(field: FieldInfo) -> ParameterType | None:
    annotation, _ = _without_none(field.annotation)
    return "choice" if get_origin(annotation) is Literal else TYPES.get(annotation)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [one for one in get_args(annotation) if one is not type(None)]
        if len(rest) == 1 and len(get_args(annotation)) == 2:
            return rest[0], True
    return annotation, False
