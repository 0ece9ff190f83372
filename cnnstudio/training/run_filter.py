"""The words by which runs are picked and sorted: `accuracy > 0.9 lr < 0.01 #good sort:-accuracy`.

Conditions that stand side by side must all hold, `or` begins another set of them:

    resnet                  the name, a tag or the note has this in it
    accuracy > 0.9          a column against a value: < <= > >= = != and ~ (has it in it)
    lr = 1e-3  batch = 64   short names; any setting by its path: training.optimizer.kind = AdamW
    #baseline   star        a tag; a star
    state:running           as state = running
    -#old   -star           not so
    sort:-accuracy          the highest first; sort:lr the lowest first
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.graph import RunError
from cnnstudio.training.paths import value_of
from cnnstudio.training.run_rows import RunRow, column_named, columns_of

_TOKEN = re.compile(r'\s*(?:"([^"]*)"|(<=|>=|!=|<|>|=|~)|([^\s<>=!~"]+))')
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
Test = Callable[[RunRow], bool]


@dataclass(frozen=True)
class _Token:
    text: str
    kind: str  # word, sign or quoted


@dataclass(frozen=True)
class RunFilter:
    """What was asked for: `any_of` sets of conditions, and columns to sort by, the last first."""

    any_of: list[list[Test]] = field(default_factory=lambda: [[]])
    order: list[tuple[str, bool]] = field(default_factory=list)

    def apply(self, rows: Iterable[RunRow]) -> list[RunRow]:
        """The rows for which it holds, sorted; otherwise they stay in their order."""
        kept = [row for row in rows if any(all(test(row) for test in t) for t in self.any_of)]
        for column, down in reversed(self.order):
            kept = sort_by(kept, column, down)
        return kept


def sort_by(rows: Sequence[RunRow], column: str, down: bool) -> list[RunRow]:
    """The rows by a column; those without a value come last either way."""
    there = [row for row in rows if row[column] is not None]
    missing = [row for row in rows if row[column] is None]
    return [*sorted(there, key=lambda row: sort_key(row[column]), reverse=down), *missing]


def sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers before texts, each in their order."""
    if isinstance(value, int | float):
        return 0, float(value), ""
    if isinstance(value, list | tuple):
        return 1, 0.0, " ".join(map(str, value)).casefold()
    return 1, 0.0, str(value).casefold()


def pick(rows: Iterable[RunRow], text: str) -> list[RunRow]:
    """The rows that the text asks for, in its order. Raises RunError that says what is wrong."""
    rows = list(rows)
    return parse(text, columns_of(rows)).apply(rows)


def parse(text: str, columns: Iterable[str]) -> RunFilter:
    """Reads a filter. `columns` are the names that it may use."""
    tokens, columns = _tokens(text), list(columns)
    found = RunFilter()
    place = 0
    while place < len(tokens):
        token = tokens[place]
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == "sign":
            raise RunError(f"'{token.text}' has nothing before it.", "Write it as accuracy > 0.9.")
        if token.kind == "word" and following is not None and following.kind == "sign":
            if place + 2 >= len(tokens):
                raise RunError(
                    f"'{token.text} {following.text}' has nothing to compare with.",
                    f"Write a value behind it: {token.text} {following.text} 0.9.",
                )
            value = tokens[place + 2]
            test = _compared(token.text, following.text, value.text, columns)
            found.any_of[-1].append(test)
            place += 3
            continue
        place += 1
        if token.kind == "word" and token.text == "or":
            found.any_of.append([])
        elif token.kind == "word" and token.text.startswith("sort:"):
            typed = token.text.removeprefix("sort:")
            found.order.append((column_of(typed.lstrip("-"), columns), typed.startswith("-")))
        elif not (token.kind == "word" and token.text == "and"):
            found.any_of[-1].append(_word(token, columns))
    return found


def column_of(typed: str, columns: list[str]) -> str:
    """The column that is meant by what is typed. RunError with those that may be meant."""
    column = column_named(typed, columns)
    if column is None:
        ends = [name for name in columns if name.endswith(f".{typed}")]
        near = ends or [name for name in columns if typed.casefold() in name.casefold()]
        raise RunError(
            f"The runs have no '{typed}'." if not ends else f"'{typed}' may be one of several.",
            f"Did you mean {', '.join(near[:5])}?"
            if near
            else "Name a metric (accuracy, loss) or a setting (lr, training.epochs).",
        )
    return column


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise RunError(
                f"'{text[place:].strip()}' can't be read.", "A quotation ends with a second mark."
            )
        quoted, sign, word = match.groups()
        if quoted is not None:
            found.append(_Token(quoted, "quoted"))
        else:
            found.append(_Token(sign or word, "sign" if sign else "word"))
        place = match.end()
    return found


def _word(token: _Token, columns: list[str]) -> Test:
    text = token.text
    if token.kind == "word" and text.startswith("-") and len(text) > 1:
        test = _word(_Token(text[1:], "word"), columns)
        return lambda row: not test(row)
    if token.kind == "word" and text.startswith("#"):
        return lambda row: text[1:] in row.annotations.tags
    if token.kind == "word" and text in ("star", "starred"):
        return lambda row: row.annotations.star
    if token.kind == "word" and ":" in text:
        name, _, value = text.partition(":")
        return _compared(name, "=", value, columns)
    wanted = text.casefold()
    return lambda row: wanted in _spoken(row)


def _spoken(row: RunRow) -> str:
    said = row.annotations
    return " ".join([row.run.name, *said.tags, said.note, said.sweep]).casefold()


def _compared(name: str, sign: str, typed: str, columns: list[str]) -> Test:
    if name.startswith("-"):
        test = _compared(name[1:], sign, typed, columns)
        return lambda row: not test(row)
    column, value = column_of(name, columns), _value(typed)
    if sign == "~":
        return lambda row: typed.casefold() in _text(row[column]).casefold()
    if sign in ("=", "!="):
        return lambda row: _equal(row[column], value, typed) == (sign == "=")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RunError(f"'{name} {sign} {typed}': '{typed}' is no number.", "Use = or ~ for words.")
    holds = _ORDERED[sign]
    return lambda row: _is_number(row[column]) and holds(row[column], value)


def _value(typed: str) -> Any:
    if re.fullmatch(r"[-+.\d]+(e[-+]?\d+)?%", typed):
        return float(typed[:-1]) / 100
    try:
        return float(typed) if re.fullmatch(r"[-+]?[.\d]+(e[-+]?\d+)?", typed) else value_of(typed)
    except ValueError:
        return typed


def _equal(there: Any, wanted: Any, typed: str) -> bool:
    if isinstance(there, list | tuple):
        return typed in map(str, there) or there == wanted
    if _is_number(there) and _is_number(wanted):
        return bool(abs(there - wanted) <= 1e-9 * max(abs(there), abs(wanted)))
    if isinstance(there, str):
        return there.casefold() == typed.casefold()
    return bool(there == wanted)


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
