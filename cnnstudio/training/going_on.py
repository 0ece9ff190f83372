"""What a run does again that goes on from an earlier step than it had reached. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def epochs_again(history: Iterable[Mapping[str, Any]], step: int) -> list[int]:
    """The epochs that were over, and are done again by a run that goes on from this step."""
    return [
        int(event["epoch"])
        for event in history
        if event["type"] == "epoch" and (event.get("step") or 0) > step
    ]


def in_words(epochs: Sequence[int]) -> str:
    """`: epochs 2 to 4 are done again`; empty where there are none."""
    if not epochs:
        return ""
    if len(epochs) == 1:
        return f": epoch {epochs[0]} is done again"
    return f": epochs {epochs[0]} to {epochs[-1]} are done again"
