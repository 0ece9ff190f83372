"""Naming many images at once, as the command line does: a split, a part of it, a folder, files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cnnstudio.graph import DataError
from cnnstudio.interpret.subject import PARTS, Reference, Subject, samples_of

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
_RANGE = re.compile(r"(\w+)(?::(\d+)(?:-(\d+))?)?")


def images_in(folder: Path) -> list[Path]:
    """The image files under a folder, in order. Raises DataError if there are none."""
    files = sorted(
        file for file in folder.rglob("*") if file.suffix.lower() in IMAGES and file.is_file()
    )
    if not files:
        raise DataError(f"There are no images in {folder}.", "Name a folder of PNG or JPEG files.")
    return files


def several(subject: Subject, texts: Iterable[str]) -> list[Reference]:
    """`test`, `test:3`, `test:0-99` (both ends count), folders and files as single images.

    Raises DataError for one that isn't there.
    """
    found: list[Reference] = []
    for text in texts:
        match = _RANGE.fullmatch(text)
        if match is None or match[1] not in PARTS:
            part, colon, rest = text.partition(":")
            if colon and part in PARTS and not Path(text).exists():
                raise DataError(
                    f"'{text}' names no images: '{rest}' is no number or range of them.",
                    f"Write it as {part}:12 or {part}:0-99, counted from 0, or {part} for all.",
                )
            path = Path(text)
            found += images_in(path) if path.is_dir() else [path]
            continue
        split, first, last = match.groups()
        count = len(samples_of(subject.splits, split))
        begin = 0 if first is None else int(first)
        end = count - 1 if first is None else begin if last is None else int(last)
        if begin > end or end >= count:
            raise DataError(
                f"'{text}' names no images: {split} has {count}, counted from 0.",
                f"Name one such as {split}:0, or some such as {split}:0-{max(0, count - 1)}.",
            )
        found += [(split, index) for index in range(begin, end + 1)]
    return found


def name_of(reference: Reference) -> str:
    """`test:12`, or the path of a file."""
    return f"{reference[0]}:{reference[1]}" if isinstance(reference, tuple) else str(reference)
