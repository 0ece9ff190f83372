"""A look into a network: what its nodes give for a few images, small enough to be told live.

As a file it is safetensors, so that it can be read without our code: `maps/conv1`, `values/fc`,
`numbers/conv1`, `gradient_maps/conv1`, …, and JSON in the metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnstudio.graph.replacing import replacing

NUMBERS = ("mean", "std", "low", "high", "zeros", "silent")
LARGEST_FILE = 64 * 2**20


@dataclass(frozen=True)
class NodeLook:
    """What a node gives for P images.

    `maps` uint8 (P, shown, h, w): the first units', each from its smallest value (0) to its largest
    (255); or, of a vector, `values` float32 (P, shown). `numbers` float32 (P, 6): mean, standard
    deviation, smallest and largest value, share of values that are 0, number of units that are 0
    everywhere. With gradients: `gradient` float32 (P): the 2-norm of the loss's gradient with
    respect to all that the node gives, and `gradient_maps` uint8, from minus (0) to plus (255) a
    limit near the node's largest, or `gradient_values` float32.
    """

    channels: int
    size: int  # values a node gives for an image
    numbers: np.ndarray
    maps: np.ndarray | None = None
    values: np.ndarray | None = None
    gradient: np.ndarray | None = None
    gradient_maps: np.ndarray | None = None
    gradient_values: np.ndarray | None = None

    def number(self, name: str) -> np.ndarray:
        """(P,) of one of NUMBERS."""
        column: np.ndarray = self.numbers[:, NUMBERS.index(name)]
        return column

    @property
    def rms(self) -> np.ndarray:
        """(P,): the root of the mean square of what the node gives."""
        found: np.ndarray = np.hypot(self.number("mean"), self.number("std"))
        return found

    @property
    def gradient_rms(self) -> np.ndarray | None:
        return None if self.gradient is None else self.gradient / max(self.size, 1) ** 0.5


@dataclass(frozen=True)
class Probe:
    """An image that is looked at, `image` uint8 (H, W, 3) as people see it."""

    split: str
    index: int
    image: np.ndarray
    label: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Look:
    """`nodes` by name in order of computation; `probabilities` float32 (P, classes), None where the
    network gives no scores. `facts` tell when it was: step and epoch of the run."""

    nodes: Mapping[str, NodeLook]
    probes: tuple[Probe, ...]
    probabilities: np.ndarray | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


ARRAYS = ("numbers", "maps", "values", "gradient", "gradient_maps", "gradient_values")


def packed(look: Look) -> bytes:
    """The look as a safetensors file."""
    arrays: dict[str, np.ndarray] = {}
    nodes = []
    for name, node in look.nodes.items():
        nodes.append([name, node.channels, node.size])
        for kind in ARRAYS:
            array = getattr(node, kind)
            if array is not None:
                arrays[f"{kind}/{name}"] = array
    probes = []
    for number, probe in enumerate(look.probes):
        arrays[f"image/{number}"] = probe.image
        probes.append([probe.split, probe.index, probe.label, probe.name])
    if look.probabilities is not None:
        arrays["probabilities"] = look.probabilities
    told = {"format": 1, "nodes": nodes, "probes": probes, "facts": dict(look.facts)}
    # Bytes are written as they lie.
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return save(whole, {"look": json.dumps(told)})


def unpacked(content: bytes) -> Look:
    """Raises ValueError if this is no look."""
    try:
        length = int.from_bytes(content[:8], "little")
        told = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["look"])
        arrays = load(content)
        nodes = {
            str(name): NodeLook(
                int(channels), int(size),
                arrays[f"numbers/{name}"],
                *(arrays.get(f"{kind}/{name}") for kind in ARRAYS[1:]),
            )
            for name, channels, size in told["nodes"]
        }  # fmt: skip
        probes = tuple(
            Probe(str(split), int(index), arrays[f"image/{number}"], label, str(name))
            for number, (split, index, label, name) in enumerate(told["probes"])
        )
        return Look(nodes, probes, arrays.get("probabilities"), dict(told["facts"]))
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no look into a network: {error}") from None


def live_file(snapshots: Path) -> Path:
    return snapshots / "live.safetensors"


def write_look(snapshots: Path, look: Look) -> None:
    """Replaces the live file in one step. OSError if the disk refuses."""
    snapshots.mkdir(exist_ok=True)
    with replacing(live_file(snapshots), lasting=False) as aside:
        aside.write_bytes(packed(look))


Stamp = tuple[int, ...]


def read_look(snapshots: Path, seen: Stamp | None = None) -> tuple[Look | None, Stamp | None]:
    """The look that stands there and its stamp; no look if it is the one `seen`, or if none is."""
    path = live_file(snapshots)
    try:
        found = path.stat()
        stamp = found.st_mtime_ns, found.st_ino, found.st_size
        if stamp == seen or found.st_size > LARGEST_FILE:
            return None, stamp
        return unpacked(path.read_bytes()), stamp
    except (OSError, ValueError):
        return None, seen
