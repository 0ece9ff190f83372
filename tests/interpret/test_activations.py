"""Every node's output as .npz and CSV, from Python and the command line."""

from __future__ import annotations

import csv
import errno
import json

import numpy as np
import pytest
import torch
from torch import fx, nn

import cnnstudio as cs
from cnnstudio.graph import DataError, ExplanationError, save
from cnnstudio.interpret import activation_files
from cnnstudio.interpret.several_images import several
from tests.command import run
from tests.interpret.networks import InPlace, images, traced


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `run`, a network after one epoch on few shapes."""
    where = tmp_path_factory.mktemp("activations")
    project = cs.template("lenet5", input_shape=(3, 32, 32), classes=6)
    data = project.data.model_copy(
        update={"dataset": "shapes", "options": {"count": 120, "size": 32}}
    )
    training = project.training.model_copy(update={"epochs": 1, "threads": 1})
    save(project.model_copy(update={"data": data, "training": training}), where / "shapes.cnns")
    done = run("train", "shapes.cnns", "--run-dir", "run", folder=where)
    assert done.returncode == 0, done.stderr
    return where


def test_arrays_are_what_torch_s_own_hooks_see_and_in_place_layers_spoil_nothing(tmp_path):
    model, batch = traced(InPlace()), images(count=70)
    found = cs.activations(model, batch)
    hooked: dict[str, torch.Tensor] = {}
    for name, module in model.named_children():
        module.register_forward_hook(
            lambda module, inputs, output, name=name: hooked.update({name: output.clone()})
        )
    with torch.no_grad():
        model(batch)

    found.save(tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as read:
        assert set(read.files) == {*found.arrays, "image names", "image labels"}
        for name, value in hooked.items():
            np.testing.assert_allclose(read[name], value, rtol=1e-5, atol=1e-6)
        assert (read["conv"] < 0).any()  # not what the ReLU wrote over it
        assert read["image names"].tolist()[-1] == "69" and set(read["image labels"]) == {-1}
        assert (read["image"] == batch.numpy()).all()


def test_a_csv_has_each_value_or_each_unit_s_statistics(tmp_path):
    model, batch = traced(InPlace()), images(count=2)
    found = cs.activations(model, batch, ["relu", "fc"])
    with found.save(tmp_path / "values.csv").open(newline="") as file:
        values = {
            (row["image"], row["node"], row["unit"], row["row"], row["column"]): row["value"]
            for row in csv.DictReader(file)
        }
    assert len(values) == 2 * (5 * 16 * 16 + 4)
    relu = found.arrays["relu"]
    assert np.float32(values["1", "relu", "3", "7", "11"]) == relu[1, 3, 7, 11]
    assert np.float32(values["0", "fc", "2", "0", "0"]) == found.arrays["fc"][0, 2]

    with found.save(tmp_path / "units.csv", statistics=True).open(newline="") as file:
        units = list(csv.DictReader(file))
    assert len(units) == 2 * (5 + 4)
    [one] = [row for row in units if (row["image"], row["node"], row["unit"]) == ("1", "relu", "3")]
    spread, mean = torch.std_mean(torch.from_numpy(relu[1, 3]), correction=0)
    assert float(one["mean"]) == pytest.approx(mean.item(), rel=1e-5)
    assert float(one["std"]) == pytest.approx(spread.item(), rel=1e-5)
    assert float(one["zeros"]) == (relu[1, 3] == 0).mean() > 0


def test_names_of_any_kind_stand_in_an_npz(tmp_path):
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.Sequential()
            self.block.add_module("größe npy", nn.Conv2d(3, 2, 1))
            self.block.add_module("npy", nn.ReLU())

        def forward(self, image):
            return self.block(image)

    found = cs.activations(Odd(), images())
    assert set(found.arrays) == {"block", "block.größe npy", "block.npy"}
    with np.load(found.save(tmp_path / "odd.npz")) as read:
        for name, array in found.arrays.items():
            assert (read[activation_files.key_of(name)] == array).all()


def test_what_gives_nothing_for_each_image_is_left_out():
    class Positions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.positions = nn.Parameter(torch.ones(1, 3, 16, 16))

        def forward(self, image):
            return image + (self.positions * 2)

    found = cs.activations(fx.symbolic_trace(Positions()), images(count=5))
    assert found.left_out == ["mul"] and list(found.arrays) == ["image", "add"]


def test_a_part_of_a_split_is_written_by_the_command_line(folder):
    done = run("activations", "run", "test:0-4", "test:9", "--layer", "conv1", "--layer", "fc3",
               "-o", "some.npz", "--json", folder=folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["images"] == 6 and list(told["nodes"]) == ["conv1", "fc3"]
    subject = cs.open_run(folder / "run")
    names = [f"test:{number}" for number in (0, 1, 2, 3, 4, 9)]
    wanted = cs.feature_maps(subject.model, subject.images(*names), ["conv1", "fc3"])
    with np.load(folder / "some.npz") as read:
        assert read["image names"].tolist() == names
        assert read["image labels"].tolist() == [subject.picture(name).label for name in names]
        for node, value in wanted.items():
            np.testing.assert_allclose(read[node], value, rtol=1e-5, atol=1e-6)
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "shapes.cnns", "some.npz"
    ]  # fmt: skip


def test_splits_parts_and_folders_are_many_images(folder, tmp_path):
    subject = cs.open_run(folder / "run")
    assert len(several(subject, ["test"])) == len(subject.splits.test)
    assert several(subject, ["train:2-3"]) == [("train", 2), ("train", 3)]
    with pytest.raises(DataError, match="names no images: test has"):
        several(subject, ["test:5-999"])
    with pytest.raises(DataError, match="no images in"):
        several(subject, [str(tmp_path)])


def test_a_full_disk_and_one_that_fails_leave_nothing(folder, monkeypatch):
    monkeypatch.setattr(activation_files.shutil, "disk_usage", lambda _: _Usage(free=1000))
    done = run("activations", "run", "test", "-o", "all.npz", folder=folder)
    assert done.returncode == 1 and "are free" in done.stderr and "fewer images" in done.stderr
    monkeypatch.undo()

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(activation_files, "_write_array", refuse)
    done = run("activations", "run", "test:0", "-o", "all.npz", folder=folder)
    assert done.returncode == 1 and "No space left on device" in done.stderr
    assert not [path for path in folder.iterdir() if "all" in path.name or path.name[0] == "."]


def test_it_ends_where_it_is_taken_back(tmp_path):
    class TakenBack(Exception):
        pass

    def stop(share, text):
        if text == "Writing":
            raise TakenBack

    found = cs.activations(traced(InPlace()), images())
    with pytest.raises(TakenBack):
        found.save(tmp_path / "all.csv", progress=stop)
    assert not list(tmp_path.iterdir())
    with pytest.raises(ExplanationError, match=r"all\.txt"):
        found.save(tmp_path / "all.txt")


class _Usage:
    def __init__(self, free: int) -> None:
        self.free = free
