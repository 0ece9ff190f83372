"""What happens in a run, appended to `events.jsonl` one object a line."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Event = dict[str, Any]


class EventLog:
    """Appends events; each line is written whole, at once. Tells listeners too, if there are some.

    Numbers that are not finite are written as null, since JSON has none.
    """

    def __init__(self, path: Path, on_event: Callable[[Event], None] | None = None) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._listeners = [] if on_event is None else [on_event]
        size = os.fstat(self._descriptor).st_size
        if size:
            os.lseek(self._descriptor, size - 1, os.SEEK_SET)
            if os.read(self._descriptor, 1) != b"\n":  # torn by a kill
                os.write(self._descriptor, b"\n")

    def write(self, type: str, **values: Any) -> Event:
        event = {"t": round(time.time(), 3), "type": type, **_finite(values)}
        line = json.dumps(event, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        written = os.write(self._descriptor, line)
        if written < len(line):  # the disk is filling up: the rest fails or fits
            os.write(self._descriptor, line[written:])
        for listener in self._listeners:
            listener(event)
        return event

    def listen(self, on_event: Callable[[Event], None]) -> None:
        """Tells this listener too of what is written from now on."""
        self._listeners.append(on_event)

    def close(self) -> None:
        os.close(self._descriptor)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
