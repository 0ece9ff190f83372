"""Something to tell the user: what happened, why, what to do. Shown by the banner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cnnstudio.graph import CnnStudioError

Level = Literal["info", "warning", "error"]
Until = Literal["edit", "document"]


@dataclass(frozen=True)
class Message:
    """`actions` are buttons: their labels and what they do. A newer message with the same `key`
    replaces an older one. It stays until it is dismissed, for `seconds`, or `until` the next edit
    or until another document is shown."""

    text: str
    hint: str = ""
    level: Level = "info"
    actions: tuple[tuple[str, Callable[[], object]], ...] = ()
    key: str | None = None
    seconds: float | None = None
    until: Until | None = None

    @classmethod
    def of(
        cls,
        error: Exception,
        prefix: str = "",
        key: str | None = None,
        until: Until | None = None,
    ) -> Message:
        """The message for an error of ours, or for one that nobody foresaw."""
        if isinstance(error, CnnStudioError):
            text, hint = error.message, error.hint
        else:
            text = f"Something unforeseen went wrong: {type(error).__name__}: {error}"
            hint = "Your project is as it was. Help > Show the log has the details."
        return cls(f"{prefix}{text}", hint, "error", key=key, until=until)
