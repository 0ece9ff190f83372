"""Torchvision's datasets in their own file formats, small, from disk and from a local server."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import socket
import struct
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from torchvision import datasets

from cnnstudio.data import watch
from cnnstudio.data.load import load
from cnnstudio.data.torchvision_sets import default_root
from cnnstudio.data.watch import LoadingStoppedError
from cnnstudio.graph import DataError, DataSettings

TRAIN, TEST = 60, 20


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def pixels(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, *shape), np.uint8)


def labels(count: int, classes: int = 10) -> np.ndarray:
    return (np.arange(count) % classes).astype(np.uint8)


def idx(array: np.ndarray) -> bytes:
    """The array in the format of MNIST's files."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_mnist(root: Path, name: str = "MNIST", packed: bool = False) -> list[tuple[str, str]]:
    """Writes the four files; returns (archive's name, MD5 sum) of each if they are packed."""
    raw = root / name / "raw"
    raw.mkdir(parents=True)
    resources = []
    for stem, count in (("train", TRAIN), ("t10k", TEST)):
        for file, content in (
            (f"{stem}-images-idx3-ubyte", pixels(count, 28, 28)),
            (f"{stem}-labels-idx1-ubyte", labels(count)),
        ):
            if not packed:
                (raw / file).write_bytes(idx(content))
                continue
            (raw / f"{file}.gz").write_bytes(gzip.compress(idx(content)))
            resources.append((f"{file}.gz", md5(raw / f"{file}.gz")))
    return resources


def write_cifar(root: Path, monkeypatch) -> Path:
    """Writes CIFAR-10 with few images, and tells torchvision its checksums."""
    folder = root / datasets.CIFAR10.base_folder
    folder.mkdir(parents=True)
    parts = [("data_batch_1", TRAIN), ("test_batch", TEST)]
    for file, count in parts:
        content = {"data": pixels(count, 3072), "labels": labels(count).tolist()}
        (folder / file).write_bytes(pickle.dumps(content))
    names = {"label_names": [f"kind {number}" for number in range(10)]}
    (folder / "batches.meta").write_bytes(pickle.dumps(names))
    lists = [[[file, md5(folder / file)]] for file, _ in parts]
    monkeypatch.setattr(datasets.CIFAR10, "train_list", lists[0])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", lists[1])
    meta = datasets.CIFAR10.meta | {"md5": md5(folder / "batches.meta")}
    monkeypatch.setattr(datasets.CIFAR10, "meta", meta)
    return folder


def opened(name: str, root: Path, shape=(1, 28, 28), download: bool = False, **more):
    options = {"root": str(root), "download": download}
    return load(DataSettings(dataset=name, options=options), shape, **more)


@pytest.fixture
def server(tmp_path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address on which a local web server offers it."""
    offered = tmp_path / "offered"
    offered.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(offered))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield offered, f"http://127.0.0.1:{made.server_port}/"
        made.shutdown()
        thread.join()


@pytest.fixture
def nobody() -> str:
    """An address where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
def test_files_that_are_there_are_read_and_their_test_set_kept(tmp_path, name):
    write_mnist(tmp_path, name)
    splits = opened(name, tmp_path)
    assert len(splits.classes) == 10
    assert len(splits.train) + len(splits.validation) == TRAIN
    assert len(splits.test) == TEST
    stored = {image.tobytes() for image in pixels(TEST, 28, 28)}
    assert {splits.test.image(index).tobytes() for index in range(TEST)} == stored
    assert not splits.generated


def test_cifar_is_read_in_colour(tmp_path, monkeypatch):
    write_cifar(tmp_path, monkeypatch)
    splits = opened("CIFAR10", tmp_path, (3, 32, 32))
    assert splits.classes[3] == "kind 3"
    stored = {image.reshape(3, 32, 32).transpose(1, 2, 0).tobytes() for image in pixels(TEST, 3072)}
    assert {splits.test.image(index).tobytes() for index in range(TEST)} == stored


class Trap:
    """Leaves a file behind if it is ever unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def test_a_pickle_with_another_checksum_is_never_opened(tmp_path, monkeypatch):
    folder = write_cifar(tmp_path, monkeypatch)
    trace = tmp_path / "opened"
    for file in ("data_batch_1", "test_batch", "batches.meta"):
        (folder / file).write_bytes(pickle.dumps(Trap(trace)))
        with pytest.raises(DataError, match="CIFAR10"):
            opened("CIFAR10", tmp_path, (3, 32, 32))
    assert not trace.exists()


def test_house_numbers_are_read(tmp_path, monkeypatch):
    listed = {}
    for split, count in (("train", TRAIN), ("test", TEST)):
        path = tmp_path / f"{split}_32x32.mat"
        images = pixels(count, 32, 32, 3).transpose(1, 2, 3, 0)
        scipy.io.savemat(path, {"X": images, "y": labels(count)[:, None] + 1})
        listed[split] = ["http://nowhere.invalid/", path.name, md5(path)]
    monkeypatch.setattr(datasets.SVHN, "split_list", listed)
    splits = opened("SVHN", tmp_path, (3, 32, 32))
    assert splits.classes == [str(digit) for digit in range(10)]
    stored = {image.tobytes() for image in pixels(TEST, 32, 32, 3)}
    assert {splits.test.image(index).tobytes() for index in range(TEST)} == stored


def test_missing_files_that_may_not_be_fetched_are_told(tmp_path):
    with pytest.raises(DataError, match="are not in") as caught:
        opened("MNIST", tmp_path)
    assert "download" in caught.value.hint


def test_damaged_files_are_told(tmp_path):
    write_mnist(tmp_path)
    (tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03\0\0")
    with pytest.raises(DataError, match="damaged") as caught:
        opened("MNIST", tmp_path)
    assert "Delete" in caught.value.hint


def test_being_offline_is_told_with_what_to_do_and_leaves_nothing_behind(
    tmp_path, monkeypatch, nobody
):
    monkeypatch.setattr(datasets.MNIST, "mirrors", [nobody])
    with pytest.raises(DataError, match="can't be downloaded") as caught:
        opened("MNIST", tmp_path / "root", download=True)
    assert "Connect to the internet" in caught.value.hint
    assert "refused" in caught.value.message
    assert list((tmp_path / "root").iterdir()) == []


def test_files_are_fetched_once_with_progress(tmp_path, monkeypatch, server):
    offered, address = server
    resources = write_mnist(offered, packed=True)
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{address}gone/", f"{address}MNIST/raw/"])
    monkeypatch.setattr(watch, "SECONDS_BETWEEN", 0.0)
    told = []
    root = tmp_path / "root"
    first = opened("MNIST", root, download=True, progress=lambda *what: told.append(what))
    assert any(fraction == 1 and "Downloading train-images" in text for fraction, text in told)
    assert sorted(path.name for path in root.iterdir()) == ["MNIST"]
    for path in (offered / "MNIST" / "raw").iterdir():
        path.unlink()
    again = opened("MNIST", root, download=True)
    assert np.array_equal(first.train.tensors()[0], again.train.tensors()[0])


def test_archives_put_there_by_hand_are_unpacked_without_the_internet(
    tmp_path, monkeypatch, nobody
):
    monkeypatch.setattr(datasets.MNIST, "resources", write_mnist(tmp_path, packed=True))
    monkeypatch.setattr(datasets.MNIST, "mirrors", [nobody])
    assert len(opened("MNIST", tmp_path, download=True).test) == TEST


def test_cifars_archive_is_fetched_and_unpacked(tmp_path, monkeypatch, server):
    offered, address = server
    write_cifar(tmp_path / "made", monkeypatch)
    archive = offered / datasets.CIFAR10.filename
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "made" / datasets.CIFAR10.base_folder, datasets.CIFAR10.base_folder)
    monkeypatch.setattr(datasets.CIFAR10, "url", address + archive.name)
    monkeypatch.setattr(datasets.CIFAR10, "tgz_md5", md5(archive))
    root = tmp_path / "root"
    assert len(opened("CIFAR10", root, (3, 32, 32), download=True).test) == TEST
    assert [path.name for path in root.iterdir()] == [datasets.CIFAR10.base_folder]


def test_a_download_with_another_checksum_is_refused(tmp_path, monkeypatch, server):
    offered, address = server
    resources = [(name, "0" * 32) for name, _ in write_mnist(offered, packed=True)]
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{address}MNIST/raw/"])
    with pytest.raises(DataError, match="checksum is wrong"):
        opened("MNIST", tmp_path / "root", download=True)
    assert list((tmp_path / "root").iterdir()) == []


def test_a_download_can_be_stopped_and_leaves_nothing_behind(tmp_path, monkeypatch, server):
    offered, address = server
    monkeypatch.setattr(datasets.MNIST, "resources", write_mnist(offered, packed=True))
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{address}MNIST/raw/"])
    monkeypatch.setattr(watch, "SECONDS_BETWEEN", 0.0)
    told = []
    with pytest.raises(LoadingStoppedError):
        opened(
            "MNIST", tmp_path / "root", download=True,
            progress=lambda _, text: told.append(text),
            cancelled=lambda: any("Downloading" in text for text in told),
        )  # fmt: skip
    assert list((tmp_path / "root").iterdir()) == []


def test_a_folder_that_can_not_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="can't be kept in") as caught:
        opened("MNIST", tmp_path / "file" / "root", download=True)
    assert "another folder" in caught.value.hint


def test_downloads_go_to_the_users_data_folder_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_root().name == "datasets"
    with pytest.raises(DataError) as caught:
        load(DataSettings(dataset="MNIST", options={"download": False}), (1, 28, 28))
    assert str(default_root()) in caught.value.message
