"""What a sweep varies: `training.learning_rate=1e-4..1e-1:log`, `training.batch_size=32,64`.

a..b             every number between; whole numbers if both ends are
a..b:step        in steps: 0..0.5:0.1, 16..64:16
a..b:log         evenly over the orders of magnitude
a..b:log:x4      the same, at four points: what a grid needs
a,b,c            one of these; lists and objects as JSON: [3,3],[5,5]
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from cnnstudio.graph import ProblemError, Project
from cnnstudio.training.chosen import check_settings
from cnnstudio.training.paths import value_of, with_value, with_values

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})((?::[^:]+)*)")
MOST_POINTS = 10_000


class Dimension(BaseModel):
    """One setting and the values that it may have: `choices`, or all from `low` to `high`."""

    model_config = ConfigDict(frozen=True)

    path: str
    low: float | int | None = None
    high: float | int | None = None
    step: float | int | None = None
    log: bool = False
    points: int | None = None
    choices: tuple[Any, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether a range has whole numbers only."""
        return all(isinstance(end, int) for end in (self.low, self.high, self.step or 1))

    @property
    def text(self) -> str:
        """As it is typed."""
        if self.choices:
            return ",".join(_typed(choice) for choice in self.choices)
        parts = [f"{_typed(self.low)}..{_typed(self.high)}"]
        parts += ["log"] * self.log + [_typed(self.step)] * (self.step is not None)
        return ":".join([*parts, *([f"x{self.points}"] if self.points else [])])

    def grid(self) -> list[Any]:
        """All values, for a grid. ProblemError for a range that has no end of them."""
        if self.choices:
            return list(self.choices)
        assert self.low is not None and self.high is not None
        if self.points:
            return _spread(self.low, self.high, self.points, self.log, self.whole)
        if self.step is None and (self.log or not self.whole):
            raise ProblemError(
                f"{self.path}={self.text} has endless values, and a grid needs a number of them.",
                hint=f"Write {_typed(self.low)}..{_typed(self.high)}:"
                f"{'log:' * self.log}x4, or list the values: 0.1,0.2.",
            )
        step = self.step or 1
        count = math.floor((self.high - self.low) / step + 1e-9) + 1
        values = [self.low + step * number for number in range(count)]
        return [int(v) for v in values] if self.whole else [float(f"{v:.12g}") for v in values]


def dimension(text: str) -> Dimension:
    """Reads what is typed after `--over`. ProblemError says what is wrong with it."""
    path, equals, typed = text.partition("=")
    path, typed = path.strip(), typed.strip()
    if not equals or not path or not typed:
        raise ProblemError(
            f"'{text}' says not what varies.",
            hint="Write it as training.learning_rate=1e-4..1e-1:log or training.batch_size=32,64.",
        )
    match = _RANGE.fullmatch(typed)
    if match is None:
        parts = list(_split(typed))
        if "" in parts:
            raise ProblemError(f"{path}: '{typed}' has an empty value.")
        return Dimension(path=path, choices=tuple(map(value_of, dict.fromkeys(parts))))
    low, high = value_of(_json(match[1])), value_of(_json(match[2]))
    found: dict[str, Any] = {"path": path, "low": low, "high": high}
    for option in filter(None, match[3].split(":")):
        if option == "log":
            found["log"] = True
        elif re.fullmatch(r"x\d+", option):
            found["points"] = int(option[1:])
        elif re.fullmatch(_NUMBER, option) and float(option) > 0:
            found["step"] = value_of(_json(option))
        else:
            raise ProblemError(
                f"{path}: '{option}' is no way to go through a range.",
                hint="There are: log, a step such as 0.1, and points such as x4.",
            )
    if low >= high:
        raise ProblemError(f"{path}: the range {typed} does not rise.")
    if found.get("log") and (low <= 0 or found.get("step")):
        raise ProblemError(
            f"{path}: a logarithmic range begins above 0 and has no step.",
            hint="Write 1e-4..1e-1:log, with :x4 for a number of points.",
        )
    if found.get("points") is not None and found["points"] < 2:
        raise ProblemError(f"{path}: a range has at least two points.")
    return Dimension(**found)


def check_space(project: Project, space: Sequence[Dimension]) -> None:
    """Tries each end and each choice on the project; ProblemError names what it can't be."""
    if not space:
        raise ProblemError(
            "A sweep needs a setting to vary.", hint="Add --over training.learning_rate=0.001,0.01."
        )
    paths = [one.path for one in space]
    if len(set(paths)) < len(paths):
        raise ProblemError(f"{max(paths, key=paths.count)} is varied twice.")
    for one in space:
        for value in one.choices or (one.low, one.high):
            changed = with_value(project, one.path, value)
            # Which parameters there are may depend on a kind that is varied too.
            if f"{one.path.partition('.parameters.')[0]}.kind" not in paths:
                check_settings(changed.training)


def applied(project: Project, settings: Mapping[str, Any]) -> Project:
    """The project with a trial's settings: kinds first, since parameters depend on them."""
    ordered = sorted(settings.items(), key=lambda item: not item[0].endswith(".kind"))
    return with_values(project, ordered)


def grid_of(space: Sequence[Dimension]) -> list[dict[str, Any]]:
    """Every combination, the last setting changing fastest."""
    axes = [one.grid() for one in space]
    count = math.prod(map(len, axes))
    if count > MOST_POINTS:
        raise ProblemError(
            f"The grid has {count:,} points.", hint=f"At most {MOST_POINTS:,} are sensible."
        )
    paths = [one.path for one in space]
    return [dict(zip(paths, point, strict=True)) for point in itertools.product(*axes)]


def is_small_grid(space: Sequence[Dimension], trials: int) -> bool:
    """Whether the space has no more points than there are trials, so that each can be tried."""
    try:
        return len(grid_of(space)) <= trials
    except ProblemError:  # endless, or far too large
        return False


def _spread(low: float, high: float, points: int, log: bool, whole: bool) -> list[Any]:
    shares = [number / (points - 1) for number in range(points)]
    if log:
        values = [math.exp(math.log(low) + s * (math.log(high) - math.log(low))) for s in shares]
    else:
        values = [low + share * (high - low) for share in shares]
    values[0], values[-1] = low, high
    if whole:
        return list(dict.fromkeys(round(value) for value in values))
    return [float(f"{value:.6g}") for value in values]


def _split(text: str) -> Iterable[str]:
    """Parts between commas that stand in no bracket and no quotation."""
    depth, quoted, begin = 0, False, 0
    for place, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "[{":
            depth += 1
        elif not quoted and letter in "]}":
            depth -= 1
        elif letter == "," and not quoted and depth == 0:
            yield text[begin:place].strip()
            begin = place + 1
    yield text[begin:].strip()


def _json(number: str) -> str:
    """A number as JSON takes it: 1e-4 stays, .5 becomes 0.5."""
    return re.sub(r"^([-+]?)\.", r"\g<1>0.", number).lstrip("+")


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
