"""Runs in words: their names, times and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cnnstudio.training.going_on import in_words
from cnnstudio.training.run_rows import short_name, started_at
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import quantities


@dataclass(frozen=True)
class Line:
    """One line of a run's log; `time` in Unix seconds, None if the event has none."""

    level: Literal["info", "warning", "error"]
    time: float | None
    text: str
    hint: str = ""


name_of = short_name


def started(folder: str, status: RunStatus | None, now: datetime | None = None) -> str:
    """When a run was made: `10:31` today, `23 Nov, 10:31` before; empty if nobody knows."""
    seconds = started_at(folder, status)
    if not seconds:
        return ""
    moment = datetime.fromtimestamp(seconds)
    today = (now or datetime.now()).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%d %b, %H:%M}"


def lasted(status: RunStatus) -> str:
    """How long the run took so far, with what it did before it was resumed; empty before it
    began."""
    return "" if status.seconds is None else quantities.duration(status.seconds)


def epochs_done(status: RunStatus) -> str:
    """`3 of 8 epochs`; an epoch counts when it is over."""
    return f"{status.epochs_done} of {quantities.plural(status.epochs, 'epoch')}"


def best_accuracy(status: RunStatus) -> float | None:
    """Of validation, or of training where there is none."""
    best = status.best or {}
    accuracy = best.get("val_accuracy")
    return best.get("train_accuracy") if accuracy is None else accuracy


def line_of(event: dict[str, Any]) -> Line | None:
    """The log's line for an event; None for those that the curves show."""
    told = _told(event)
    if told is None:
        return None
    level = event["type"] if event["type"] in ("warning", "error") else "info"
    if event["type"] == "finding" and event.get("severity") != "info":
        level = "warning"
    return Line(level, event.get("t"), told, event.get("hint") or "")


def death_of(status: RunStatus | None, events: Sequence[dict[str, Any]]) -> Line | None:
    """The log's last line for a trainer that died and so could not write one itself."""
    if status is None or status.state != "failed":
        return None
    ends = (event["type"] for event in reversed(events))
    last = next((kind for kind in ends if kind in ("start", "error", "end")), None)
    if last != "start":  # it told by itself, or its events are still to be read
        return None
    text = f"The trainer died at step {status.step:,}. {status.message}".rstrip()
    return Line("error", status.heartbeat or None, text, status.hint)


def _told(event: dict[str, Any]) -> str | None:
    kind = event["type"]
    if kind == "start":
        if event.get("resumed"):
            again = in_words(event.get("again") or ())
            return f"Went on from step {event.get('step', 0):,}{again}."
        length = f"{quantities.plural(event.get('epochs') or 0, 'epoch')}"
        device = event.get("device")
        return f"Began: {length}, {quantities.plural(event.get('steps') or 0, 'step')}" + (
            f", on {device_name(device)}." if device else "."
        )
    if kind in ("note", "warning", "error", "finding"):
        return str(event.get("message") or "No reason was given.")
    if kind in ("paused", "resumed"):
        return f"{kind.capitalize()} at step {event.get('step', 0):,}."
    if kind == "end":
        accuracy = event.get("test_accuracy")
        result = f": test accuracy {quantities.percent(accuracy)}" if accuracy is not None else ""
        return f"{str(event.get('state') or 'ended').capitalize()}{result}."
    return None


def device_name(device: str) -> str:
    """`the CPU`, `CUDA`, …"""
    return {"cpu": "the CPU", "cuda": "CUDA", "mps": "Metal"}.get(device, device)
