"""One writer a format: from a network to a file. They run in our process and use its packages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Options:
    """`batches` are the batch sizes of the proof."""

    batches: tuple[int, ...] = (1, 4)


@dataclass(frozen=True)
class Written:
    """What a writer tells of its file.

    `free` are the dimensions that may have any size, such as "image: batch"; `fixed_batch` is the
    only batch size that it takes, None if it takes any. `options` are handed to the runner.
    """

    free: tuple[str, ...] = ()
    fixed_batch: int | None = None
    facts: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
