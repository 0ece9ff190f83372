"""What somebody meant who wrote a name that there isn't."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(name: str, names: Iterable[str]) -> str:
    """` Did you mean AdamW?`, or nothing if no name is close; capitals don't count."""
    there = {known.lower(): known for known in names}
    close = get_close_matches(name.lower(), there, 1)
    return f" Did you mean {there[close[0]]}?" if close else ""
