"""The parameters of a block: what differs between its uses, as few and as simple as they can be.

For every setting of every layer the simplest expression is sought that gives the values seen in
all uses and all copies: a constant, a parameter found before, a multiple of one, something that
follows from `in_channels` or from the copy's `index`; else it becomes a parameter itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.compiler.importing.definitions import Definition
from cnnstudio.compiler.importing.fold import MISSING, all_equal, equal, is_width, setting, steps
from cnnstudio.compiler.importing.tree import Body, Part
from cnnstudio.graph import ProblemError
from cnnstudio.graph.expressions import GIVEN, resolve
from cnnstudio.graph.model import BlockParameter
from cnnstudio.layers import catalogue

SIZES = ("size", "sides")  # one number stands for as many
MULTIPLES = (2, 3, 4, 6, 8, 16)


class CantFold(Exception):
    """The copies of a block differ in ways that no expression in their number gives."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class CantMerge(Exception):
    """Some blocks of a class lack parts, and nothing simple tells which."""

    def __init__(self, class_name: str) -> None:
        super().__init__(class_name)
        self.class_name = class_name


@dataclass(frozen=True)
class Cell:
    """One copy in one use of a block."""

    use: int
    index: int
    body: Body
    in_channels: int | None


@dataclass
class _Found:
    """A parameter, with its value in each use."""

    values: dict[int, Any]
    group: str
    help: str


def parametrise(definition: Definition, uses: Sequence[Part], channels: dict[Body, int]) -> None:
    """Finds a definition's parameters and settings, and gives each use its values."""
    cells = [
        Cell(use, index, copy, channels.get(copy))
        for use, part in enumerate(uses)
        for index, copy in enumerate(part.copies)
    ]
    search = _Search(definition, cells)
    for part in definition.body.parts:
        definition.settings[part.name] = search.settings(part)
    for part in definition.body.parts:
        if (expression := search.bypass(part.name)) is not None:
            definition.bypasses[part.name] = expression
    for name, found in search.parameters.items():
        default = _most_common(list(found.values.values()))
        definition.parameters.append(BlockParameter(name=name, default=default, help=found.help))
    for use, part in enumerate(uses):
        part.parameters = {
            name: found.values.get(use, _most_common(list(found.values.values())))
            for name, found in search.parameters.items()
        }
        if len(part.copies) > 1:
            part.parameters["repeat"] = len(part.copies)


@dataclass
class _Search:
    definition: Definition
    cells: list[Cell]
    parameters: dict[str, _Found] = field(default_factory=dict)
    _flags: list[tuple[list[bool], str]] = field(default_factory=list)

    def settings(self, part: Part) -> dict[str, Any]:
        """The parameters of one part: constants and expressions."""
        same = [cell.body.by_name.get(part.name) for cell in self.cells]
        settings = {}
        for name in _names(part, [one for one in same if one is not None]):
            values = [MISSING if one is None else _value_of(one, name) for one in same]
            sized = not part.copies and catalogue[part.kind].parameter(name).type in SIZES
            settings[name] = self._said(part.name, name, _alike(values) if sized else values)
        return settings

    def _said(self, part: str, name: str, values: list[Any]) -> Any:
        known = [(c, v) for c, v in zip(self.cells, values, strict=True) if v is not MISSING]
        if all_equal([value for _, value in known]):
            # Of a part that is left out in places, what fits a parameter is meant to follow it.
            follows = len(known) < len(values) and next(
                (key for key, found in self.parameters.items()
                 if found.group == group_of(name) == name and self._gives(key, known)), None
            )  # fmt: skip
            return f"={follows}" if follows else known[0][1]
        text = self._simple(part, name, known) or self._by_index(part, name, known)
        if text is None:
            raise CantFold(self.definition.name)
        return f"={text}"

    def _simple(self, part: str, name: str, known: list[tuple[Cell, Any]]) -> str | None:
        """An expression that doesn't name the copy's number; None if there is none."""
        for text in self._candidates(name, known):
            if self._gives(text, known):
                return text
        by_use: dict[int, Any] = {}
        for cell, value in known:
            if not equal(by_use.setdefault(cell.use, value), value):
                return None
        return self._new(part, name, by_use)

    def _candidates(self, name: str, known: list[tuple[Cell, Any]]) -> Iterator[str]:
        group = group_of(name)
        alike = [key for key, found in self.parameters.items() if found.group == group]
        if len(known) > 0 and all_equal([value for _, value in known]):
            yield _literal(known[0][1])
        yield from alike
        whole = all(isinstance(v, int) and not isinstance(v, bool) for _, v in known)
        if not whole:
            return
        if group == "channels":
            seen = {cell.in_channels for cell, _ in known}
            if len(seen) > 1:
                alike = ["in_channels", *alike]
                yield "in_channels"
            for key in alike:
                for factor in MULTIPLES:
                    yield f"{key} * {factor}"
                for factor in MULTIPLES:
                    yield f"{key} // {factor}"
        if name == "padding":
            for key, found in self.parameters.items():
                if found.group == "kernel_size":
                    yield f"{key} // 2"

    def _by_index(self, part: str, name: str, known: list[tuple[Cell, Any]]) -> str | None:
        """An expression by the copy's number; None if there is none."""
        for condition, holds in (
            ("index == 0", lambda index: index == 0),
            ("index % 2 == 0", lambda index: index % 2 == 0),
        ):
            first = [(c, v) for c, v in known if holds(c.index)]
            rest = [(c, v) for c, v in known if not holds(c.index)]
            if first and rest and self._constant_by_use(first) and self._constant_by_use(rest):
                one = self._simple(part, name, first)
                other = self._simple(part, f"{name}_then", rest) if one else None
                if one and other:
                    return f"{one} if {condition} else {other}"
        return self._by_steps(part, name, known)

    def _constant_by_use(self, known: list[tuple[Cell, Any]]) -> bool:
        if any(self._gives(text, known) for text in ("in_channels", *self.parameters)):
            return True
        by_use: dict[int, Any] = {}
        return all(equal(by_use.setdefault(cell.use, value), value) for cell, value in known)

    def _by_steps(self, part: str, name: str, known: list[tuple[Cell, Any]]) -> str | None:
        starts, sizes = {}, {}
        for use in {cell.use for cell, _ in known}:
            of_use = [(cell.index, value) for cell, value in known if cell.use == use]
            size = steps([value for _, value in of_use])
            if size is None:
                return None
            starts[use] = of_use[0][1] - size * of_use[0][0]
            if len(of_use) > 1:
                sizes[use] = size
        whole = all(isinstance(value, int) for _, value in known)
        if whole and all(float(size).is_integer() for size in sizes.values()):
            starts = {use: int(start) for use, start in starts.items()}
            sizes = {use: int(size) for use, size in sizes.items()}
        start = self._value(part, name, starts)
        step = self._value(part, f"{name}_step", sizes)
        return f"{start} + {step} * index"

    def _value(self, part: str, name: str, by_use: dict[int, Any]) -> str:
        """A value for each use: written down if it is always the same, else a parameter."""
        values = list(by_use.values())
        return _literal(values[0]) if all_equal(values) else self._new(part, name, by_use)

    def _new(self, part: str, name: str, by_use: dict[int, Any]) -> str:
        plain = "depth" if name == "repeat" else name
        key = plain
        if key in self.parameters or key in GIVEN:
            key = f"{part}_{plain}"
        number = 1
        while key in self.parameters:
            number += 1
            key = f"{part}_{plain}_{number}"
        help = f"{plain.replace('_', ' ')} of {part}"
        self.parameters[key] = _Found(dict(by_use), group_of(name), help)
        return key

    def bypass(self, name: str) -> str | None:
        """When a part is left out, as an expression; None if it never is."""
        lost = [name not in cell.body.by_name for cell in self.cells]
        if not any(lost):
            return None
        for known, before in self._flags:
            if known == lost:
                return f"={before}"
        flags = list(zip(self.cells, lost, strict=True))
        text = next((t for t in self._conditions() if self._gives(t, flags)), None)
        if text is None:
            raise CantMerge(self.definition.body.class_name)
        self._flags.append((lost, text))
        return f"={text}"

    def _conditions(self) -> Iterator[str]:
        """Conditions under which shortcuts are usually left out."""
        widths = [
            str(value).removeprefix("=")
            for settings in reversed(self.definition.settings.values())
            for key, value in settings.items()
            if key in ("out_channels", "out_features")
        ]
        strides = [
            str(value).removeprefix("=")
            for settings in self.definition.settings.values()
            for key, value in settings.items()
            if key == "stride" and isinstance(value, str)
        ]
        for width in dict.fromkeys(widths):
            yield f"in_channels == {width}"
            yield f"in_channels != {width}"
        for stride in dict.fromkeys(strides):
            plain = f"({stride})" if " " in stride else stride
            yield f"{plain} > 1"
            for width in dict.fromkeys(widths):
                yield f"{plain} == 1 and in_channels == {width}"
                yield f"{plain} > 1 or in_channels != {width}"
        yield "index > 0"
        yield "index == 0"

    def _gives(self, text: str, known: Sequence[tuple[Cell, Any]]) -> bool:
        """Whether an expression gives the values that were seen."""
        for cell, value in known:
            names: dict[str, Any] = {"index": cell.index, "in_channels": cell.in_channels}
            for key, found in self.parameters.items():
                names[key] = found.values.get(cell.use, MISSING)
            used = [v for k, v in names.items() if k in text and (v is MISSING or v is None)]
            try:
                if used or not equal(resolve(f"={text}", names), value):
                    return False
            except ProblemError:  # such as a list, which no expression holds
                return False
        return True


def _value_of(part: Part, name: str) -> Any:
    if part.copies:
        return part.parameters.get(name, 1 if name == "repeat" else MISSING)
    return setting(part, name)


def _names(part: Part, same: Sequence[Part]) -> list[str]:
    """The parameters that any of these parts sets, in the order of their declaration."""
    used = {name for one in same for name in one.parameters}
    if part.copies:
        order = [p.name for p in part.copies[0].definition.parameters] + ["repeat"]
    else:
        order = [p.name for p in catalogue[part.kind].parameters]
    return [name for name in order if name in used]


def group_of(name: str) -> str:
    """Which settings a setting may follow from: a count of channels from another, else its like."""
    return "channels" if is_width(name) else name


def _alike(values: list[Any]) -> list[Any]:
    """Sizes in one form: numbers if all are square, else lists."""
    lists = [value for value in values if isinstance(value, list)]
    if not lists:
        return values
    if all(len(set(value)) == 1 for value in lists) and len({len(value) for value in lists}) == 1:
        return [value[0] if isinstance(value, list) else value for value in values]
    length = len(lists[0])
    return [[v] * length if isinstance(v, int) else v for v in values]


def _literal(value: Any) -> str:
    return repr(value)


def _most_common(values: Sequence[Any]) -> Any:
    return max(values, key=lambda value: sum(equal(value, other) for other in values))
