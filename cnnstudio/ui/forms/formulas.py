"""Expressions in a form's fields: `=channels * 4` is read, worked out, and its names completed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from cnnstudio.graph import ProblemError
from cnnstudio.graph.expressions import parse, resolve
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui.forms.texts import LISTS

FUNCTIONS = ("abs", "int", "max", "min", "round")
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*$")
# Between the parts of a list, each of which may be an expression with signs of its own.
PARTS = re.compile(r"\s*×\s*|\s*,\s*(?==)")


def is_formula(text: object) -> bool:
    return isinstance(text, str) and "=" in text and text.lstrip().startswith(("=", *"0123456789"))


def read_formula(parameter: Parameter, text: str) -> Any:
    """The expression, or list with expressions, that a text stands for. ValueError says what is
    wrong with it."""
    parts = PARTS.split(text.strip()) if parameter.type in LISTS else [text.strip()]
    try:
        values = [_read_part(part) for part in parts]
    except ProblemError as error:
        raise ValueError(_sentence(error)) from None
    return values[0] if len(values) == 1 else values


def check_formula(parameter: Parameter, value: Any, names: Mapping[str, Any]) -> Any:
    """What the expression comes to; ValueError if it can't be worked out or isn't allowed there."""
    try:
        found = resolve(value, names)
    except ProblemError as error:
        raise ValueError(_sentence(error)) from None
    try:
        parameter.validate(found)
    except ValueError as error:
        raise ValueError(f"{parameter.title} {error}, not {show(parameter, found)}.") from None
    return found


def show(parameter: Parameter, value: Any) -> str:
    """A worked-out value as a form shows it beside the expression."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return parameter.show(value) if value is not None else "not set"


def _read_part(text: str) -> Any:
    text = text.strip()
    if not text.startswith("="):
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"'{text}' should be a whole number or begin with =.") from None
    parse(text)
    return text


def _sentence(error: ProblemError) -> str:
    return f"{error.message} {error.hint}".strip()


class NameCompleter(QObject):
    """Completes names while an expression is typed into a field."""

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._line = line
        self._names: list[str] = []
        self._completer = QCompleter(self)
        self._completer.setModel(QStringListModel(self))
        self._completer.setWidget(line)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.popup().setObjectName("name_completion")
        self._completer.activated[str].connect(self._put)
        line.textEdited.connect(self._offer)

    def set_names(self, names: Mapping[str, Any]) -> None:
        self._names = [*names, *(name for name in FUNCTIONS if name not in names)]

    def _offer(self, text: str) -> None:
        popup = self._completer.popup()
        word = self._word(text)
        matching = [n for n in self._names if word and n.startswith(word) and n != word]
        if not text.lstrip().startswith("=") or not matching:
            popup.hide()
            return
        model = self._completer.model()
        assert isinstance(model, QStringListModel)
        model.setStringList(matching)
        self._completer.setCompletionPrefix(word)
        self._completer.complete()

    def _word(self, text: str) -> str:
        found = WORD.search(text[: self._line.cursorPosition()])
        return found.group() if found else ""

    def _put(self, name: str) -> None:
        text, cursor = self._line.text(), self._line.cursorPosition()
        start = cursor - len(self._word(text))
        self._line.setText(text[:start] + name + text[cursor:])
        self._line.setCursorPosition(start + len(name))
        self._line.textEdited.emit(self._line.text())
