"""Settings and their values as people read them, in tables and lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def settings_text(settings: Mapping[str, Any]) -> str:
    """`learning_rate 0.01, batch_size 32`."""
    return ", ".join(
        f"{path.rpartition('.')[2]} {value_text(value)}" for path, value in settings.items()
    )


def value_text(value: Any) -> str:
    """A value as a cell shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list | tuple):
        return " ".join(map(value_text, value))
    return str(value)
