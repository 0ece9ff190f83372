"""Activations as files: `.npz` for programs, `.csv` for tables. No torch.

In an `.npz` each node's array stands under the node's name (read with `numpy.load`, which needs no
pickle), and beside them "image names" and "image labels". A `.csv` has a row for each value: image,
node, unit, row, column, value; or with statistics a row for each unit of an image.
"""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.graph.replacing import replacing

NAMES, LABELS = "image names", "image labels"  # no node can be called so: they hold a space
VALUES = ("image", "node", "unit", "row", "column", "value")
STATISTICS = ("image", "label", "node", "unit", "mean", "std", "min", "max", "zeros")
Tell = Callable[[float | None, str], None]


def check_suffix(path: Path) -> None:
    """Raises ExplanationError for a name that is neither `.npz` nor `.csv`."""
    if path.suffix.lower() not in (".npz", ".csv"):
        raise ExplanationError(
            f"Activations can't be written as '{path.name}'.", "End the name in .npz or .csv."
        )


def check_room(folder: Path, needed: int) -> None:
    """Raises ExplanationError if a disk hasn't `needed` bytes twice: gathered, and written."""
    free = shutil.disk_usage(folder).free
    if 2 * needed > free:
        raise ExplanationError(
            f"The activations take {_size(needed)}, twice while they are written; {_size(free)} "
            "are free.",
            "Choose fewer images or layers, or another disk.",
        )


def write_activations(
    path: Path,
    arrays: Mapping[str, np.ndarray],
    images: Sequence[str],
    labels: np.ndarray,
    statistics: bool = False,
    progress: Tell | None = None,
) -> None:
    """Writes arrays (N, …) of N images by the file's ending, whole or not at all.

    `statistics` are for `.csv`: mean, standard deviation, lowest and highest value and share of
    zeros of each unit instead of all values. Raises ExplanationError if the disk refuses.
    """
    check_suffix(path)
    tell: Tell = progress or (lambda share, text: None)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as aside:
            if path.suffix.lower() == ".npz":
                _write_npz(aside, arrays, images, labels, tell)
            else:
                with aside.open("w", encoding="utf-8", newline="") as file:
                    write = _write_statistics if statistics else _write_values
                    write(file, arrays, images, labels, tell)
    except OSError as error:
        raise ExplanationError(
            f"{path} can't be written: {error.strerror or error}.",
            "Check the folder, its permissions and the free space, or save elsewhere.",
        ) from None


def key_of(node: str) -> str:
    """Under what a node's array stands: its name. One that ends in .npy would be taken for a file's
    ending when it is read, and gets an underscore."""
    return f"{node}_" if node.endswith(".npy") else node


def _write_npz(
    file: Path, arrays: Mapping[str, np.ndarray], images: Sequence[str], labels: Any, tell: Tell
) -> None:
    extra = {NAMES: np.array(list(images), str), LABELS: labels}
    done, whole = 0, max(1, sum(array.nbytes for array in arrays.values()))

    def written(count: int) -> None:
        nonlocal done
        done += count
        tell(min(1.0, done / whole), "Writing")

    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, array in [*((key_of(node), own) for node, own in arrays.items()), *extra.items()]:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                _write_array(entry, array, written)


def _write_array(entry: Any, array: np.ndarray, written: Callable[[int], None]) -> None:
    """As `numpy.save` does, some images at a time; `written` is told how many bytes."""
    header = io.BytesIO()
    description = np.lib.format.header_data_from_array_1_0(np.ascontiguousarray(array[:0]))
    description["shape"] = array.shape
    np.lib.format.write_array_header_2_0(header, description)
    entry.write(header.getvalue())
    step = max(1, (1 << 24) // max(1, array[:1].nbytes))
    for first in range(0, len(array), step):
        part = np.ascontiguousarray(array[first : first + step])
        entry.write(part.tobytes())
        written(part.nbytes)


def _write_values(
    file: TextIO, arrays: Mapping[str, np.ndarray], images: Sequence[str], labels: Any, tell: Tell
) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(VALUES)
    for name, node, units, _ in _by_image(arrays, images, labels, tell):
        for unit, values in enumerate(units.tolist()):
            writer.writerows(
                (name, node, unit, row, column, value)
                for row, line in enumerate(values)
                for column, value in enumerate(line)
            )


def _write_statistics(
    file: TextIO, arrays: Mapping[str, np.ndarray], images: Sequence[str], labels: Any, tell: Tell
) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(STATISTICS)
    for name, node, units, label in _by_image(arrays, images, labels, tell):
        flat = units.reshape(len(units), -1).astype(np.float64)
        columns = flat.mean(1), flat.std(1), flat.min(1), flat.max(1), (flat == 0).mean(1)
        known = "" if label < 0 else label
        writer.writerows(
            (name, known, node, unit, *values)
            for unit, values in enumerate(np.stack(columns, 1).tolist())
        )


def _by_image(
    arrays: Mapping[str, np.ndarray], images: Sequence[str], labels: Any, tell: Tell
) -> Iterator[tuple[str, str, np.ndarray, int]]:
    """(image, node, values (units, rows, columns), label), one after the other."""
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        for node, array in arrays.items():
            if array[number].size:
                yield image, node, _as_units(np.asarray(array[number])), int(label)
        tell((number + 1) / len(images), "Writing")


def _as_units(value: np.ndarray) -> np.ndarray:
    """(units, rows, columns) of maps, of a signal (units, 1, length) or of a vector. What has more
    dimensions is laid out in rows."""
    if value.ndim <= 1:
        return value.reshape(-1, 1, 1)
    if value.ndim == 2:
        return value[:, None]
    return value.reshape(len(value), -1, value.shape[-1])


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
