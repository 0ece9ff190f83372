"""Frames as a file that plays anywhere: GIF, or MP4 with H.264. No torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.graph.replacing import replacing

if TYPE_CHECKING:
    from av.video.stream import VideoStream

SLOWEST, FASTEST = 0.1, 50.0  # frames a second; a GIF counts in hundredths of a second
# The first that is there: all players know the first.
CODECS = ("libx264", "libopenh264", "mpeg4")


def write_animation(
    path: str | Path, frames: Iterable[np.ndarray], per_second: float, hold: float = 0.0
) -> Path:
    """Writes frames uint8 (H, W, 3), all of one size with even sides; the last one stays for
    `hold` seconds more. A GIF begins again at its end.

    Whole or not at all, also when it is interrupted. Raises ExplanationError for another ending
    than .gif and .mp4, a pace that can't be, no frames, or if the disk refuses.
    """
    path = Path(path)
    check_name(path)
    writers: dict[str, Callable[[Path, Iterator[np.ndarray], float, float], None]] = {
        ".gif": _write_gif, ".mp4": _write_mp4,
    }  # fmt: skip
    write = writers[path.suffix.lower()]
    if not SLOWEST <= per_second <= FASTEST:
        raise ExplanationError(
            f"{per_second:g} frames a second can't be.",
            f"Choose from {SLOWEST:g} to {FASTEST:g}.",
        )
    coming = iter(frames)
    first = next(coming, None)
    if first is None:
        raise ExplanationError("There are no frames to write.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, lasting=False) as aside:
            write(aside, chain([first], coming), per_second, hold)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise ExplanationError(
            f"{path} can't be written: {reason}.",
            "Check the folder, its permissions and the free space, or save elsewhere.",
        ) from None
    return path


def check_name(path: Path) -> None:
    """Raises ExplanationError for an ending that no animation has."""
    if path.suffix.lower() not in (".gif", ".mp4"):
        raise ExplanationError(
            f"An animation can't be written as '{path.name}'.", "End the name in .gif or .mp4."
        )


def _write_gif(path: Path, frames: Iterator[np.ndarray], per_second: float, hold: float) -> None:
    # Each with colours of its own: a common palette would lose those of the maps. Chosen to cover
    # all that there are: by how often each is there, a colour bar would get a few flat steps.
    plain, how = Image.Dither.NONE, Image.Quantize.MAXCOVERAGE
    pictures = [Image.fromarray(frame).quantize(256, how, dither=plain) for frame in frames]
    each = round(1000 / per_second)
    lasting = [each] * len(pictures)
    lasting[-1] += round(1000 * hold)
    pictures[0].save(
        path, "GIF", save_all=True, append_images=pictures[1:], duration=lasting, loop=0,
        optimize=False,
    )  # fmt: skip


def _write_mp4(path: Path, frames: Iterator[np.ndarray], per_second: float, hold: float) -> None:
    import av  # a tenth of a second to load

    rate = Fraction(per_second).limit_denominator(1000)
    codec = next((name for name in CODECS if name in av.codecs_available), CODECS[-1])
    first = next(frames)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=rate))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "18", "preset": "fast"}
        frame = first
        for frame in chain([first], frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        for _ in range(round(hold * per_second)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
