"""A folder of images on disk: one folder a class, with or without folders for the splits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.data.fitting import Fit
from cnnstudio.data.pictures import is_image_name, read_image
from cnnstudio.data.source import SPLITS
from cnnstudio.data.verified import Verified
from cnnstudio.data.watch import Watch
from cnnstudio.graph import DataError

SPLIT_NAMES = {
    "train": 0, "training": 0,
    "val": 1, "valid": 1, "validation": 1,
    "test": 2, "testing": 2,
}  # fmt: skip
LAYOUT = "Put each class's images into a folder of its own: dogs/…, cats/…"


@dataclass(frozen=True)
class Listed:
    """An image file: its path, its class's name, and its split as an index into SPLITS."""

    path: Path
    label: str
    part: int


@dataclass(frozen=True)
class FolderSource:
    """Images that are read from their files whenever they are needed."""

    root: Path
    listed: list[Listed]
    classes: list[str]
    labels: np.ndarray
    parts: np.ndarray
    problems: list[str]

    def image(self, index: int) -> np.ndarray:
        return read_image(self.listed[index].path)

    def name(self, index: int) -> str:
        return self.listed[index].path.relative_to(self.root).as_posix()

    def key(self, index: int) -> str:
        return self.name(index)

    def truth(self, index: int) -> dict[str, Any]:
        return {}

    def fitted(self, fit: Fit, hold: bool, watch: Watch) -> tuple[FolderSource, np.ndarray | None]:
        """Reads every file once, so that none fails later; leaves out those that do.

        Where the images aren't held, files that were read before and haven't changed are trusted.
        """
        count = len(self.listed)
        shape = (count, fit.channels, fit.height, fit.width)
        images = np.empty(shape, np.uint8) if hold else None
        unreadable: dict[int, str] = {}
        verified = Verified(self.root)

        def read(index: int) -> None:
            name, path = self.name(index), self.listed[index].path
            if images is None and verified.knows(name, path):
                return
            try:
                image = self.image(index)
            except DataError as error:
                unreadable[index] = f"{name}: left out. {error.message}"
                return
            verified.add(name, path)
            if images is not None:
                images[index] = fit(image)

        with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="read") as pool:
            try:
                for number, _ in enumerate(pool.map(read, range(count)), start=1):
                    watch.tell(number / count, f"Reading image {number:,} of {count:,}")
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
                verified.save()
        notes = self.problems + [unreadable[index] for index in sorted(unreadable)]
        readable = [one for index, one in enumerate(self.listed) if index not in unreadable]
        source, kept = source_of(self.root, readable, notes)
        lost = sorted(set(self.classes) - set(source.classes))
        source.problems.extend(f"{name}: left out, it has no readable images." for name in lost)
        if images is None:
            return source, None
        return source, images[np.delete(np.arange(count), sorted(unreadable))[kept]]


def find(path: str, watch: Watch) -> FolderSource:
    """The images of a folder, by class. Raises DataError if there are none."""
    root = _root(path)
    listed, problems = _list(root, watch)
    return source_of(root, listed, problems)[0]


def source_of(
    root: Path, listed: list[Listed], problems: list[str]
) -> tuple[FolderSource, np.ndarray]:
    """A source of these files, and which of them it has: classes without training images go."""
    classes = sorted({one.label for one in listed if one.part == 0})
    number_of = {name: number for number, name in enumerate(classes)}
    kept = [one for one in listed if one.label in number_of]
    if not kept:
        what = "no readable images" if problems else "no images in class folders"
        raise DataError(f"There are {what} in {root}.", LAYOUT)
    strangers = sorted({(one.part, one.label) for one in listed if one.label not in number_of})
    source = FolderSource(
        root=root,
        listed=kept,
        classes=classes,
        labels=np.array([number_of[one.label] for one in kept], np.int64),
        parts=np.array([one.part for one in kept], np.int8),
        problems=problems
        + [
            f"{SPLITS[part]}/{name}: left out, there are no training images of {name}."
            for part, name in strangers
        ],
    )
    return source, np.array([one.label in number_of for one in listed], bool)


def _root(path: str) -> Path:
    if not path.strip():
        raise DataError(
            "No folder of images is chosen.",
            "Choose one in Data, or name it: --set data.options.path=FOLDER.",
        )
    root = Path(path).expanduser()
    if not root.is_dir():
        wrong = "is not a folder" if root.exists() else "is not there"
        raise DataError(f"The folder {root} {wrong}.", "Choose another, or attach its disk.")
    return root.resolve()


def _list(root: Path, watch: Watch) -> tuple[list[Listed], list[str]]:
    """All image files by name, sorted, and what beside them is left out."""
    try:
        folders = {entry.name: Path(entry) for entry in _subfolders(root)}
        splits = {
            name: SPLIT_NAMES[name.lower()] for name in folders if name.lower() in SPLIT_NAMES
        }
        if not any(part == 0 and _subfolders(folders[name]) for name, part in splits.items()):
            return _of_classes(root, 0, watch), []
        beside = sorted(set(folders) - set(splits))
        problems = [f"{name}: left out, since it lies beside the split folders." for name in beside]
        ordered = sorted(splits.items(), key=lambda item: (item[1], item[0]))
        return [
            one for name, part in ordered for one in _of_classes(folders[name], part, watch)
        ], problems
    except OSError as error:
        raise DataError(
            f"The folder {error.filename or root} can't be read: {error.strerror}.",
            "Check that you may open it.",
        ) from error


def _of_classes(folder: Path, part: int, watch: Watch) -> list[Listed]:
    listed: list[Listed] = []
    for entry in _subfolders(folder):
        for path in _image_files(Path(entry)):
            listed.append(Listed(path, entry.name, part))
            if len(listed) % 256 == 0:
                watch.tell(None, f"Found {len(listed):,} images")
    return listed


def _subfolders(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if entry.is_dir() and not entry.name.startswith(".")]
    return sorted(found, key=lambda entry: entry.name)


def _image_files(folder: Path) -> Iterator[Path]:
    """Image files at any depth, sorted; a link that leads back is not followed twice."""
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_raise):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(files) if is_image_name(name))


def _raise(error: OSError) -> None:
    raise error
