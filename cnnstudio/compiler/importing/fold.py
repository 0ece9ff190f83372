"""Blocks that are alike and stand one behind the other become one node that is repeated."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from cnnstudio.compiler.importing.tree import Body, Part
from cnnstudio.layers import catalogue

MISSING = object()
# What may differ from one copy to the next.
BY_NUMBER = ("stride", "dilation", "padding", "p", "shift_size")
CHANNELS = ("channels", "features", "groups", "planes", "hidden", "dim")
Vector = Mapping[tuple[Any, ...], Any]


def fold(body: Body, shapes: Mapping[int, tuple[int, ...]], apart: set[str]) -> None:
    """Folds what can be in a picture. Blocks named in `apart` stay single.

    One stage is folded at a time: copies give the same shape, and differ only in what follows
    from their number.
    """
    readers: dict[int, int] = {number: 1 for number in body.outputs}
    for part in body.parts:
        for number in part.inputs:
            readers[number] = readers.get(number, 0) + 1
    result: list[Part] = []
    for run in _runs(body.parts, readers, shapes, apart):
        if len(run) > 1:
            last = run[-1]
            run[0].copies = [copy for part in run for copy in part.copies]
            run[0].outputs = list(last.outputs)
            run[0].name = _name(body, run)
        result.append(run[0])
    body.parts = result


def _runs(
    parts: Sequence[Part], readers: Mapping[int, int], shapes: Mapping[int, tuple[int, ...]],
    apart: set[str],
) -> list[list[Part]]:  # fmt: skip
    """The parts in their order, those that can be one node together."""
    after = {part.inputs[0]: part for part in parts if part.copies and part.inputs}
    taken: set[Part] = set()
    runs: list[list[Part]] = []
    for part in parts:
        if part in taken:
            continue
        run = [part]
        while part.copies and part.copies[0].definition.name not in apart:
            following = after.get(run[-1].outputs[0])
            if following is None or not _continues(run, following, readers, shapes):
                break
            run.append(following)
            taken.add(following)
        runs.append(run)
    return runs


def _continues(
    run: Sequence[Part], part: Part, readers: Mapping[int, int],
    shapes: Mapping[int, tuple[int, ...]],
) -> bool:  # fmt: skip
    last, first = run[-1], run[0]
    if len(last.outputs) != 1 or len(part.outputs) != 1 or readers[last.outputs[0]] != 1:
        return False
    if part.copies[0].definition is not first.copies[0].definition:
        return False
    if part.inputs[1:] != first.inputs[1:]:
        return False
    if first.owner or part.owner or not _same_stage((*run, part), shapes):
        return False
    if re.sub(r"\d+", "", part.label) != re.sub(r"\d+", "", first.label):
        return False
    members = (*run, part)
    vectors = [vector(one.copies[0]) for one in members]
    widths = [shapes[one.inputs[0]][0] if shapes[one.inputs[0]] else 0 for one in members]
    return all(
        _can_fold(key, [one.get(key, MISSING) for one in vectors], widths)
        for key in dict.fromkeys(key for one in vectors for key in one)
    )


def _same_stage(parts: Sequence[Part], shapes: Mapping[int, tuple[int, ...]]) -> bool:
    """Whether all give the same shape, or each adds as many channels as the others."""
    made = [shapes[part.outputs[0]] for part in parts]
    if all_equal(made):
        return True
    given = [shapes[part.inputs[0]] for part in parts]
    if not all(len(shape) == len(made[0]) and shape for shape in (*made, *given)):
        return False
    grown = [out[0] - into[0] for out, into in zip(made, given, strict=True)]
    return all_equal(grown) and all_equal([shape[1:] for shape in made])


def _can_fold(key: tuple[Any, ...], values: Sequence[Any], widths: Sequence[int]) -> bool:
    """Whether a setting of the copies can be told by their number and their input's width."""
    given = [(v, w) for v, w in zip(values, widths, strict=True) if v is not MISSING]
    if len(key) > 1 and is_width(str(key[-1])):
        # Other widths would be another layer, but for those that follow from the input's.
        first, width = given[0]
        return all_equal([v for v, _ in given]) or all(
            isinstance(v, int) and v * width == first * w for v, w in given
        )
    if len(key) > 1:
        return follows_index(str(key[-1]), [value for value, _ in given])
    return follows_index("", values)


def is_width(name: str) -> bool:
    """Whether a setting counts channels."""
    return any(word in name for word in CHANNELS)


def vector(body: Body) -> Vector:
    """All that makes a picture different from another that is alike, by where it is."""
    found: dict[tuple[Any, ...], Any] = {}
    for part in body.parts:
        found[(part.name,)] = True
        if not part.copies:
            for parameter in catalogue[part.kind].parameters:
                found[(part.name, parameter.name)] = setting(part, parameter.name)
        for index, copy in enumerate(part.copies):
            found |= {(part.name, index, *key): value for key, value in vector(copy).items()}
    return found


def follows_index(name: str, values: Sequence[Any]) -> bool:
    """Whether a setting of the copies can be told by their number: the first alone differs, they
    take turns, or they differ by equal steps."""
    if all_equal(values):
        return True
    if name and name not in BY_NUMBER:
        return False
    return (
        all_equal(values[1:])
        or (all_equal(values[::2]) and all_equal(values[1::2]))
        or steps(values) is not None
    )


def setting(part: Part, name: str) -> Any:
    """A layer's parameter, the kind's default where it is not set."""
    if name in part.parameters:
        return part.parameters[name]
    default = catalogue[part.kind].parameter(name).default
    return list(default) if isinstance(default, tuple) else default


def steps(values: Sequence[Any]) -> float | None:
    """The step between numbers that are equally far apart; None if they aren't."""
    if any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        return None
    if len(values) < 2:
        return 0.0
    step = (values[-1] - values[0]) / (len(values) - 1)
    even = all(_close(value, values[0] + step * place) for place, value in enumerate(values))
    return step if even else None


def all_equal(values: Sequence[Any]) -> bool:
    return all(equal(values[0], value) for value in values[1:])


def equal(one: Any, other: Any) -> bool:
    """Whether two values mean the same; numbers may differ by rounding."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return _close(one, other)
    return type(one) is type(other) and bool(one == other)


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _name(body: Body, run: Sequence[Part]) -> str:
    """The name of a folded run: of the container that holds just these, or what they begin with."""
    first = run[0]
    container = first.container
    members = [part for part in body.parts if part.container == container]
    taken = {part.name for part in body.parts if part not in run}
    if container and set(members) == set(run):
        name = re.sub(r"\W+", "_", container)
    else:
        name = re.sub(r"_?\d*$", "", _common_start([part.name for part in run]))
        others = [part.name for part in body.parts if part not in run]
        if any(other.startswith(name) for other in others):
            name = first.name
    valid = name.isidentifier() and name not in taken
    return name if valid else first.name


def _common_start(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    length = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    )
    return first[:length]
