"""How a thing with parameters is declared: once, as a class whose annotated fields are parameters.

Layers, optimizers, losses, datasets and explanation methods are all declared this way, so one form,
one check and one help page serve them all. Reading a declaration needs no torch.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from cnnstudio.graph import ProblemError

ParameterType = Literal[
    "int", "float", "bool", "choice", "size", "sides", "shape", "ints", "floats", "text"
]
Shape = tuple[int, ...]

# What a declaration's annotation says: (type, how many numbers it has). Of a family for several
# dimensions `Size` has one number a dimension, `Sides` two.
ANNOTATIONS: dict[str, tuple[ParameterType, int]] = {
    "int": ("int", 0),
    "float": ("float", 0),
    "bool": ("bool", 0),
    "str": ("text", 0),
    "Choice": ("choice", 0),
    "Size1": ("size", 1),
    "Size2": ("size", 2),
    "Size3": ("size", 3),
    "Padding1": ("size", 1),
    "Padding2": ("size", 2),
    "Size": ("size", 1),
    "Sides": ("sides", 2),
    "Shape": ("shape", 0),
    "Ints": ("ints", 0),
    "Floats": ("floats", 0),
}
Choice: TypeAlias = str
Size: TypeAlias = tuple[int, ...]
Sides: TypeAlias = tuple[int, ...]
Size1: TypeAlias = tuple[int, ...]
Size2: TypeAlias = tuple[int, ...]
Size3: TypeAlias = tuple[int, ...]
Ints: TypeAlias = tuple[int, ...]
Floats: TypeAlias = tuple[float, ...]

# The words in which a family's texts speak of one, two and three dimensions.
WORDS = {
    "{n}": ("1", "2", "3"),
    "{input}": ("a signal", "an image", "a volume"),
    "{map}": ("signal", "map", "volume"),
    "{points}": ("values", "pixels", "voxels"),
    "{sides}": ("length", "height and width", "depth, height and width"),
    "{places}": ("L", "H, W", "D, H, W"),
    "{ends}": ("left, right", "left, right, top, bottom", "left, right, top, bottom, front, back"),
}


@dataclass(frozen=True)
class Parameter:
    """One argument of a declared thing: what it may be, and how a form asks for it.

    A size has `rank` whole numbers, and so have `sides`, which come in pairs (left, right, top,
    bottom); `words` are texts that may stand instead (`same`). A `shape` is a list of whole numbers
    of at least 1, `ints` a list of any whole numbers, `floats` a list of numbers. One number stands
    for a list of it. An `optional` one may be None.
    """

    name: str
    title: str
    type: ParameterType
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rank: int = 0
    optional: bool = False
    advanced: bool = False
    headline: bool = False

    def validate(self, value: Any) -> Any:
        """The value as the target takes it; ValueError says what is wrong with it."""
        if value is None:
            if self.optional:
                return None
            raise ValueError("needs a value")
        if isinstance(value, str) and value in self.words:
            return value
        match self.type:
            case "bool":
                if not isinstance(value, bool):
                    raise ValueError("should be on or off")
                return value
            case "int":
                return self._whole(value)
            case "float":
                return self._number(value)
            case "choice":
                if value not in self.choices:
                    raise ValueError(f"should be one of {', '.join(self.choices)}")
                return value
            case "text":
                if not isinstance(value, str):
                    raise ValueError("should be text")
                return value
            case "size" | "sides":
                if isinstance(value, int) and not isinstance(value, bool):
                    value = [value] * self.rank
                numbers = self._list(value)
                if len(numbers) != self.rank:
                    raise ValueError(f"should be {self.rank} whole numbers")
                return numbers
            case "shape":
                numbers = self._list(value)
                if not numbers:
                    raise ValueError("should have at least one size")
                return numbers
            case "floats":
                return tuple(self._number(item) for item in self._items(value))
            case _:
                return self._list(value)

    def accepts(self, value: Any) -> bool:
        """Whether `validate` finds nothing wrong with a value."""
        try:
            self.validate(value)
        except ValueError:
            return False
        return True

    def _list(self, value: Any) -> tuple[int, ...]:
        return tuple(self._whole(item) for item in self._items(value))

    def _items(self, value: Any) -> Sequence[Any]:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return [value]
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ValueError(f"should be {'' if self.type == 'floats' else 'whole '}numbers")
        return value

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("should be a number")
        if not math.isfinite(value):
            raise ValueError("should be a finite number")
        return float(self._in_range(value))

    def _whole(self, value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("should be a whole number")
        self._in_range(value)
        return value

    def _in_range(self, value: float) -> float:
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"should be at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"should be at most {self.maximum:g}")
        return value

    def show(self, value: Any) -> str:
        """The value as a card or list shows it: `3×3`, `0.5`, `same`."""
        if isinstance(value, list | tuple):
            joint = ", " if self.type in ("ints", "floats", "sides") else "×"
            return joint.join(self.show(item) for item in value)
        return f"{value:g}" if isinstance(value, float) else str(value)


def parameter(
    default: Any,
    *,
    help: str,
    title: str = "",
    choices: Sequence[str] = (),
    words: Sequence[str] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    optional: bool = False,
    advanced: bool = False,
    headline: bool = False,
) -> Any:
    """Declares one parameter; its name and type come from the annotated field."""
    return Parameter(
        name="",
        title=title,
        type="text",
        default=default,
        help=help,
        minimum=minimum,
        maximum=maximum,
        choices=tuple(choices),
        words=tuple(words),
        optional=optional,
        advanced=advanced,
        headline=headline,
    )


def parameters_of(cls: type, dimensions: int = 1) -> tuple[Parameter, ...]:
    """The parameters declared in a class body and in its bases, in the order they stand in.

    `dimensions` is the number of directions of one member of a family: a `Size` has so many
    numbers, and the texts speak of them.
    """
    annotations: dict[str, Any] = {}
    for part in reversed(cls.__mro__):
        annotations |= inspect.get_annotations(part)
    return tuple(
        _completed(getattr(cls, name), name, str(annotation), dimensions)
        for name, annotation in annotations.items()
    )


def _completed(declared: Parameter, name: str, annotation: str, dimensions: int) -> Parameter:
    base = annotation.replace("| None", "").strip()
    kind, rank = ANNOTATIONS[base]
    default = declared.default
    if base in ("Size", "Sides"):
        rank *= dimensions
    if kind in ("size", "sides") and isinstance(default, int):
        default = (default,) * rank
    if isinstance(default, str):
        default = told_for(dimensions, default)
    return replace(
        declared,
        name=name,
        title=declared.title or name.replace("_", " ").capitalize(),
        type=kind,
        default=default,
        choices=tuple(told_for(dimensions, choice) for choice in declared.choices),
        help=told_for(dimensions, declared.help),
        rank=rank,
        optional=declared.optional or "| None" in annotation,
    )


def told_for(dimensions: int, text: str) -> str:
    """A family's text in the words of one of its members: `{input}` becomes `an image`."""
    for place, words in WORDS.items():
        text = text.replace(place, words[dimensions - 1])
    return text


@dataclass(frozen=True)
class Declaration:
    """A declared thing: what it is called, where it is found, what it takes."""

    kind: str
    title: str
    category: str
    target: str
    doc: str
    parameters: tuple[Parameter, ...]
    icon: str = ""
    formula: str = ""
    used_in: str = ""
    reference: str = ""

    @property
    def label(self) -> str:
        """What messages call it."""
        return self.kind

    def parameter(self, name: str) -> Parameter:
        for found in self.parameters:
            if found.name == name:
                return found
        raise KeyError(name)

    def defaults(self) -> dict[str, Any]:
        return {parameter.name: parameter.default for parameter in self.parameters}

    def validate(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, checked, with defaults filled in; ProblemError names the wrong one."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in parameters:
            if name not in known:
                raise ProblemError(
                    f"{self.label} has no parameter '{name}'.",
                    hint=f"It has: {', '.join(known) or 'none'}.",
                )
        values = {}
        for name, declared in known.items():
            try:
                values[name] = declared.validate(parameters.get(name, declared.default))
            except ValueError as error:
                raise ProblemError(
                    f"{declared.title} of {self.label} {error}, not {parameters.get(name)!r}."
                ) from None
        return values

    def summary(self, parameters: Mapping[str, Any]) -> str:
        """The parameters that matter most, as a card shows them: `64 · 3×3 · same`."""
        shown = []
        for declared in self.parameters:
            value = parameters.get(declared.name, declared.default)
            if declared.headline and value is not None and value is not False:
                shown.append(declared.title.lower() if value is True else declared.show(value))
        return " · ".join(shown)
