"""A method with parameters as the command line writes them. No torch is needed to read them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.methods import method_named


@dataclass(frozen=True)
class Wish:
    """How to explain: `target` and `against` are classes by name or number, the predicted one and
    none if None; `layer` is the suggested one if None."""

    method: str = "gradcam"
    layer: str | None = None
    target: str | None = None
    against: str | None = None
    parameters: tuple[tuple[str, Any], ...] = ()


def wish_of(
    method: str,
    layer: str | None = None,
    target: str | None = None,
    against: str | None = None,
    settings: Iterable[str] = (),
) -> Wish:
    """`settings` are such as `steps=100`. ExplanationError for a method or parameter that isn't
    there, a wrong value, a layer that the method doesn't use, or a class against itself."""
    declared = method_named(method)
    parameters = settings_of(settings)
    declared.chosen(parameters)
    declared.accepts(layer)
    if target is not None and target == against:
        raise ExplanationError(
            f"'{target}' can't be set against itself.", "Choose another class for --against."
        )
    return Wish(method, layer, target, against, tuple(parameters.items()))


def settings_of(settings: Iterable[str]) -> dict[str, Any]:
    """Values by name, of settings such as `steps=100`. ExplanationError for one that is none."""
    return dict(map(_read, settings))


def _read(setting: str) -> tuple[str, Any]:
    name, equals, text = setting.partition("=")
    if not equals:
        raise ExplanationError(f"'{setting}' sets nothing.", "Write it as steps=100.")
    try:
        return name.strip(), json.loads(text)
    except ValueError:
        return name.strip(), text.strip()
