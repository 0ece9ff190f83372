"""Datasets that torchvision knows: fetched once, then read from their files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from cnnstudio.data.download import RemoteFile, fetch
from cnnstudio.data.source import SPLITS, ArraySource
from cnnstudio.data.watch import LoadingStoppedError, Watch
from cnnstudio.graph import DataError

DIGITS = [str(digit) for digit in range(10)]
ARCHIVES = (".gz", ".tar")

# One part of a dataset, train or test: images uint8 (N, H, W, 1 or 3), labels.
Part = tuple[np.ndarray, np.ndarray]


def default_root() -> Path:
    """Where downloaded datasets are kept unless told otherwise."""
    return platformdirs.user_data_path("cnn-studio", appauthor=False) / "datasets"


def _find_mnist_like(
    name: str, classes: Sequence[str] | None, root: str, download: bool, watch: Watch
) -> ArraySource:
    kind = _kind(name)
    files = [
        RemoteFile(f"{name}/raw/{file}", tuple(mirror + file for mirror in kind.mirrors), md5)
        for file, md5 in kind.resources
    ]

    def read(folder: Path, split: str, fetched: bool) -> Part:
        found = kind(folder, train=split == "train", download=fetched)
        return found.data.numpy()[..., None], found.targets.numpy()

    parts = _parts(name, files, read, root, download, watch)
    return _source(parts, classes or kind.classes)


def _find_cifar(name: str, root: str, download: bool, watch: Watch) -> ArraySource:
    kind = _kind(name)
    classes: list[str] = []

    def read(folder: Path, split: str, fetched: bool) -> Part:
        # Torchvision compares every file with its checksum before it unpickles it.
        found = kind(folder, train=split == "train", download=fetched)
        classes[:] = found.classes
        return found.data, np.asarray(found.targets)

    files = [RemoteFile(kind.filename, (kind.url,), kind.tgz_md5)]
    return _source(_parts(name, files, read, root, download, watch), classes)


def find_svhn(root: str, download: bool, watch: Watch) -> ArraySource:
    """Street View house numbers, without the extra images."""
    kind = _kind("SVHN")
    files = [
        RemoteFile(file, (url,), md5)
        for split, (url, file, md5) in kind.split_list.items()
        if split in SPLITS
    ]

    def read(folder: Path, split: str, fetched: bool) -> Part:
        found = kind(folder, split=split, download=fetched)
        return found.data.transpose(0, 2, 3, 1), found.labels

    return _source(_parts("SVHN", files, read, root, download, watch), DIGITS)


find_mnist = partial(_find_mnist_like, "MNIST", DIGITS)
find_fashion_mnist = partial(_find_mnist_like, "FashionMNIST", None)
find_kmnist = partial(_find_mnist_like, "KMNIST", None)
find_cifar10 = partial(_find_cifar, "CIFAR10")
find_cifar100 = partial(_find_cifar, "CIFAR100")


def _kind(name: str) -> Any:
    """Torchvision's class for the dataset."""
    from torchvision import datasets

    return getattr(datasets, name)


def _parts(
    name: str,
    files: list[RemoteFile],
    read: Callable[[Path, str, bool], Part],
    root: str,
    download: bool,
    watch: Watch,
) -> list[Part]:
    """Training and test part, fetched first if they are not there and may be."""
    folder = Path(root).expanduser() if root.strip() else default_root()
    watch.tell(None, f"Reading {name}")
    try:
        return [read(folder, split, False) for split in ("train", "test")]
    except Exception as error:
        # Torchvision has no error type of its own for files that are not there.
        if "not found" not in str(error):
            raise DataError(
                f"The files of {name} in {folder} are damaged: {error}",
                "Delete them, so that they are fetched anew.",
            ) from error
    if not download:
        raise DataError(
            f"The files of {name} are not in {folder}, or not whole.",
            "Allow the download, or put them there.",
        )
    _fetch(name, files, read, folder, watch)
    return [read(folder, split, False) for split in ("train", "test")]


def _fetch(
    name: str,
    files: list[RemoteFile],
    read: Callable[[Path, str, bool], Part],
    folder: Path,
    watch: Watch,
) -> None:
    """Fetches and unpacks aside, then moves into place, so that no half dataset is ever there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder) as aside:
            for file in files:
                fetch(file, Path(aside), folder, watch)
            watch.tell(None, f"Unpacking {name}")
            for split in ("train", "test"):
                read(Path(aside), split, True)
            _move(Path(aside), folder)
    except LoadingStoppedError:
        raise
    except DataError as error:
        raise DataError(
            f"{name} is not in {folder} and can't be downloaded. {error.message}.",
            "Connect to the internet and try again, or put its files there. Digits and shapes "
            "need no download.",
        ) from error
    except OSError as error:
        raise DataError(
            f"{name} can't be kept in {folder}: {error.strerror or error}.",
            "Choose another folder in the data settings, or make room.",
        ) from error


def _move(aside: Path, folder: Path) -> None:
    """Moves all but archives, file by file: what else the user has there stays."""
    for path in sorted(path for path in aside.rglob("*") if path.is_file()):
        if path.suffix not in ARCHIVES:
            target = folder / path.relative_to(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def _source(parts: list[Part], classes: Sequence[str]) -> ArraySource:
    sizes = [len(labels) for _, labels in parts]
    return ArraySource(
        images=np.concatenate([images for images, _ in parts]),
        labels=np.concatenate([labels for _, labels in parts]),
        classes=list(classes),
        parts=np.repeat([SPLITS.index("train"), SPLITS.index("test")], sizes).astype(np.int8),
        numbers=np.concatenate([np.arange(size) for size in sizes]),
    )
