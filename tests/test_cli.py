"""The command line, as somebody at a terminal uses it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
import tomllib
from functools import partial
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import pytest
from safetensors.torch import load_file, save_file

import cnnstudio as cs
from cnnstudio.training.rundir import RunDirectory
from tests.command import run, run_apart

draw = partial(run_apart, "draw")
NOT_A_MAC = pytest.mark.skipif(sys.platform == "darwin", reason="a Mac may have this device")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "mlp.cnns"
    cs.save(cs.template("mlp"), path)
    return path


def test_code_does_not_write_over_a_file_unless_forced(project, tmp_path):
    done = run("code", "mlp.cnns", "-o", "mlp.cnns", folder=tmp_path)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert cs.load(project) == cs.template("mlp")
    (tmp_path / "mlp.py").write_text("old")
    assert run("code", "mlp.cnns", "-o", "mlp.py", "--force", folder=tmp_path).returncode == 0
    assert "class Mlp(nn.Module)" in (tmp_path / "mlp.py").read_text("utf-8")


def test_a_run_goes_on_with_its_own_settings_and_a_finished_one_only_if_asked(project, tmp_path):
    train = ("train", "mlp.cnns", "--run-dir", "run")
    assert run(*train, "--set", "training.epochs=1", folder=tmp_path).returncode == 0
    again = run(*train, "--resume", folder=tmp_path)
    assert again.returncode == 1
    assert "run is finished, after epoch 1 of 1" in again.stderr
    further = run(*train, "--resume", "--set", "training.epochs=2", folder=tmp_path)
    assert further.returncode == 0 and "Training 2 epochs" in further.stdout
    assert "the best epoch's weights" in further.stdout
    [listed] = json.loads(run("runs", ".", "--json", folder=tmp_path).stdout)
    assert (listed["epoch"], listed["epochs"]) == (2, 2)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("training.optimizer.kind=Adan", "Did you mean Adam?"),
        ("training.optimizer.kind=LBFGS", "not for training in batches"),
        ("training.schedule.kind=Magic", "no schedule 'Magic'"),
        ("training.epochs=abc", "can't be 'abc': it should be a whole number."),
        ("training.epochs=0", "it should be at least 1."),
    ],
)
def test_a_wrong_setting_is_told_before_a_run_is_made(project, tmp_path, setting, told):
    done = run("train", "mlp.cnns", "--run-dir", "run", "--set", setting, folder=tmp_path)
    assert done.returncode == 1 and told in done.stderr
    assert not (tmp_path / "run").exists()


def test_early_stopping_is_told(project, tmp_path):
    done = run("train", "mlp.cnns", "--run-dir", "run", "--set", "training.early_stopping=1",
               "--set", "training.early_change=100", folder=tmp_path)  # fmt: skip
    assert "Stopped early: validation loss has not become better for 1 epochs." in done.stdout


def test_what_is_no_run_and_what_is_a_folder_is_told(project, tmp_path):
    for wrong in ("mlp.cnns", "nothing"):
        assert f"{wrong} is not a run." in run("evaluate", wrong, folder=tmp_path).stderr
    (tmp_path / "folder").mkdir()
    refused = run("new", "mlp", "-o", "folder", "--force", folder=tmp_path)
    assert refused.returncode == 1 and "folder is a folder." in refused.stderr


def test_what_new_can_not_make_is_told(tmp_path):
    assert "Did you mean lenet5" in run("new", "lenet", folder=tmp_path).stderr
    done = run("new", "lenet5", "--input", "1,28", folder=tmp_path)
    assert done.returncode == 1 and "such as 1,28,28" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_network_with_errors_has_no_sums(project, tmp_path):
    broken = cs.load(project)
    nodes = [n.model_copy(update={"kind": "Nope"}) if n.kind == "ReLU" else n
             for n in broken.network.nodes]  # fmt: skip
    cs.save(broken.with_network(broken.network.replace(nodes, broken.network.edges)), project)
    done = run("check", "mlp.cnns", folder=tmp_path)
    assert "not known while there are errors" in done.stdout
    assert "0 parameters" not in done.stdout


def test_an_empty_project_does_not_pass_the_check(tmp_path):
    cs.save(cs.template("mlp").with_network(cs.template("mlp").network.replace((), ())),
            tmp_path / "empty.cnns")  # fmt: skip
    done = run("check", "empty.cnns", folder=tmp_path)
    assert done.returncode == 1
    assert "the network is empty" in done.stderr


def test_without_test_images_no_test_accuracy_is_claimed(project, tmp_path):
    done = run("train", "mlp.cnns", "--run-dir", "run", "--set", "training.epochs=1",
               "--set", "data.test=0", folder=tmp_path)  # fmt: skip
    assert done.returncode == 0
    assert "test loss" not in done.stdout
    listed = json.loads(run("runs", ".", "--json", folder=tmp_path).stdout)
    assert listed[0]["test_accuracy"] is None


def test_another_dataset_drops_the_options_of_the_one_before(tmp_path):
    cs.save(cs.template("small_cnn", (3, 32, 32), 2), tmp_path / "cnn.cnns")
    done = run("train", "cnn.cnns", "--set", "data.dataset=folder",
               "--set", "data.options.path=nowhere", folder=tmp_path)  # fmt: skip
    assert done.returncode == 1
    assert "no parameter" not in done.stderr
    assert "nowhere" in done.stderr


def test_weights_that_are_not_finite_are_told(project, tmp_path):
    run("train", "mlp.cnns", "--run-dir", "run", "--set", "training.epochs=1", folder=tmp_path)
    for file in (tmp_path / "run" / "checkpoints").glob("*/model.safetensors"):
        save_file({k: v * float("nan") for k, v in load_file(file).items()}, file)
    for command in (["evaluate", "run"], ["explain", "run", "test:0", "-o", "heat.png"]):
        done = run(*command, folder=tmp_path)
        assert done.returncode == 1
        assert "not finite" in done.stderr
        assert "Traceback" not in done.stderr


def test_every_file_of_the_package_is_installed_with_it():
    root = Path(str(resources.files("cnnstudio")))
    setup = tomllib.loads((root.parent / "pyproject.toml").read_text("utf-8"))
    globs = setup["tool"]["setuptools"]["package-data"]["cnnstudio"]
    packed = {path for pattern in globs for path in root.glob(pattern)}
    others = {
        path
        for path in root.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts
    }
    assert others <= packed


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("data.dataset=nothing", "There is no dataset 'nothing'"),
        ('data.options={"colour": 1}', "no parameter 'colour'"),
        pytest.param("training.device=mps", "no device 'mps'", marks=NOT_A_MAC),
    ],
)
@pytest.mark.parametrize("where", [[], ["--run-dir", "run"]])
def test_what_can_not_begin_is_refused_before_there_is_a_folder(
    project, tmp_path, setting, told, where
):
    done = run("train", "mlp.cnns", *where, "--set", setting, folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "") and told in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mlp.cnns"]


def test_a_run_that_failed_to_start_does_not_keep_its_folder(project, tmp_path):
    twelve = ["--set", "network.fc2.out_features=12"]
    first = run("train", "mlp.cnns", "--run-dir", "run", *twelve, folder=tmp_path)
    assert first.returncode == 1
    examined = run("doctor", "run", folder=tmp_path).stdout
    assert "The run failed: The network tells 12 classes apart" in examined
    assert "Nothing was trained yet" in examined and "--resume" not in examined
    (tmp_path / "run" / "notes.txt").write_text("mine")
    right = ["--set", "training.epochs=1"]
    second = run("train", "mlp.cnns", "--run-dir", "run", *right, folder=tmp_path)
    assert second.returncode == 0 and "failed before its first step" in second.stdout
    again = run("train", "mlp.cnns", "--run-dir", "run", *right, folder=tmp_path)
    assert "already holds a run" in again.stderr
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_a_run_that_goes_on_says_which_epochs_it_does_again(project, tmp_path):
    train = ("train", "mlp.cnns", "--run-dir", "run", "--set", "training.epochs=4")
    assert run(*train, "--set", "training.checkpoint_every=1", folder=tmp_path).returncode == 0
    killed = RunDirectory(tmp_path / "run")
    first, *later = sorted(killed.checkpoint_folder.glob("step-*"))
    for folder in later:  # as if a kill had come before they were written
        shutil.rmtree(folder)
    (killed.checkpoint_folder / "index.json").unlink()
    killed.write_status(killed.status().model_copy(update={"state": "failed"}))

    done = run("train", "--resume", "--run-dir", "run", folder=tmp_path)
    step = int(first.name.removeprefix("step-"))
    assert f"going on from step {step}: epochs 2 to 4 are done again" in done.stdout
    assert [event["epoch"] for event in killed.metrics()] == [1, 2, 3, 4]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_ctrl_c_stops_says_so_by_its_exit_status(project, tmp_path):
    stopped = RunDirectory(tmp_path / "run")

    def interrupt():
        while not (stopped.exists() and stopped.status().epoch > 2):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=interrupt, daemon=True)
    hand.start()
    many = ["--set", "training.epochs=5000"]
    done = run("train", "mlp.cnns", "--run-dir", "run", *many, folder=tmp_path)
    assert (done.returncode, stopped.status().state) == (130, "stopped")
    assert "--resume --run-dir run" in done.stdout
    status = stopped.status()
    assert f"{status.epoch - 1} of 5000" in run("runs", ".", folder=tmp_path).stdout
    assert "nothing wrong" in run("doctor", "run", folder=tmp_path).stdout


def test_check_tells_memory_receptive_fields_and_how_long_an_epoch_takes(project, tmp_path):
    told = json.loads(run("check", "mlp.cnns", "--json", "--time", folder=tmp_path).stdout)
    assert told["training_memory"] > told["inference_memory"] > 0
    assert told["time"]["epoch_seconds"] > 0
    cs.save(cs.template("small_cnn"), tmp_path / "small.cnns")
    printed = run("check", "small.cnns", folder=tmp_path).stdout
    assert "Memory for training with batches of 64" in printed
    assert "3×3" in printed


def test_compare_puts_two_networks_side_by_side(project, tmp_path):
    cs.save(cs.template("small_cnn"), tmp_path / "small.cnns")
    done = run("compare", "mlp.cnns", "small.cnns", folder=tmp_path)
    assert done.returncode == 0
    assert "Parameters" in done.stdout and "×" in done.stdout
    same = json.loads(run("compare", "mlp.cnns", "mlp.cnns", "--json", folder=tmp_path).stdout)
    assert all(one == two for one, two in same["totals"].values())


@pytest.mark.parametrize(("name", "begin"), [("mlp.pdf", b"%PDF"), ("mlp.png", b"\x89PNG")])
def test_draw_writes_the_network_as_the_files_name_says(project, tmp_path, name, begin):
    done = draw("mlp.cnns", "-o", name, folder=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, name)
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_a_drawing_names_layers_and_shapes_and_lies_down_when_it_flows_to_the_right(
    project, tmp_path
):
    assert draw("mlp.cnns", "-o", "down.svg", folder=tmp_path).returncode == 0
    assert draw("mlp.cnns", "-o", "right.svg", "--right", folder=tmp_path).returncode == 0
    down, right = (
        ElementTree.fromstring((tmp_path / name).read_bytes()) for name in ("down.svg", "right.svg")
    )
    words = " ".join(down.itertext())
    for node in cs.load(project).network.nodes:
        assert node.name in words
    shapes = cs.check(cs.load(project)).shapes
    assert "×".join(map(str, shapes["image"])) in words
    assert down.attrib["viewBox"] != right.attrib["viewBox"]


def test_draw_refuses_other_files_and_does_not_write_over_one_unless_forced(project, tmp_path):
    done = draw("mlp.cnns", "-o", "mlp.docx", folder=tmp_path)
    assert done.returncode == 1 and "Use .svg, .pdf or .png" in done.stderr
    (tmp_path / "mlp.svg").write_text("old")
    assert draw("mlp.cnns", "-o", "mlp.svg", folder=tmp_path).returncode == 1
    assert (tmp_path / "mlp.svg").read_text() == "old"
    assert draw("mlp.cnns", "-o", "mlp.svg", "--force", folder=tmp_path).returncode == 0
    assert (tmp_path / "mlp.svg").read_bytes().startswith(b"<?xml")
