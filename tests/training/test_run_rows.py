"""What is said of runs, how they are found, and in what they differ."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest

from cnnstudio.graph import Component, Edge, ProblemError, RunError
from cnnstudio.training.annotations import annotate, annotations_of
from cnnstudio.training.paths import settings_of, with_text, with_value
from cnnstudio.training.run_difference import difference
from cnnstudio.training.run_export import curves_json, runs_csv, runs_json
from cnnstudio.training.run_filter import pick
from cnnstudio.training.run_rows import read_row, varying
from cnnstudio.training.rundir import RunDirectory, replace_json
from cnnstudio.training.status import RunStatus
from tests.command import run as command
from tests.training.networks import sgd, small

RUNS = {
    "resnet-a": (dict(learning_rate=0.1, optimizer=sgd()), 0.95, {"star": True, "tags": ["good"]}),
    "resnet-b": (dict(learning_rate=0.01), 0.85, {"note": "too slow"}),
    "lenet": (dict(learning_rate=0.001, batch_size=32), None, {"tags": ["good", "old"]}),
}


@pytest.fixture
def rows(tmp_path):
    made = []
    for name, (settings, accuracy, said) in RUNS.items():
        run = RunDirectory.create_at(tmp_path / "runs" / name, small(**settings))
        best = None if accuracy is None else {"epoch": 2, "val_accuracy": accuracy, "val_loss": 0.4}
        state = "finished" if best else "queued"
        run.write_status(RunStatus(state=state, epochs=3, best=best, heartbeat=time.time()))
        annotate(run, **said)
        made.append(read_row(run))
    return made


def names(rows):
    return [row.run.name for row in rows]


@pytest.mark.parametrize(
    "text, found",
    [
        ("", ["resnet-a", "resnet-b", "lenet"]),
        ("resnet", ["resnet-a", "resnet-b"]),
        ("SLOW", ["resnet-b"]),
        ('"too slow"', ["resnet-b"]),
        ("accuracy > 0.9", ["resnet-a"]),
        ("accuracy>90%", ["resnet-a"]),
        ("accuracy <= 0.85 resnet", ["resnet-b"]),
        ("lr = 1e-2", ["resnet-b"]),
        ("batch != 64", ["lenet"]),
        ("optimizer = sgd", ["resnet-a"]),
        ("training.optimizer.parameters.momentum = 0.9", ["resnet-a"]),
        ("#good", ["resnet-a", "lenet"]),
        ("#good -#old", ["resnet-a"]),
        ("-star", ["resnet-b", "lenet"]),
        ("state:queued", ["lenet"]),
        ("note ~ slow", ["resnet-b"]),
        ("#old or accuracy < 0.9", ["resnet-b", "lenet"]),
        ("sort:lr", ["lenet", "resnet-b", "resnet-a"]),
        ("sort:-accuracy", ["resnet-a", "resnet-b", "lenet"]),
        ("sort:accuracy", ["resnet-b", "resnet-a", "lenet"]),
        ("network.conv.out_channels = 8 sort:name", ["lenet", "resnet-a", "resnet-b"]),
    ],
)
def test_runs_are_found_by_what_is_typed(rows, text, found):
    assert names(pick(rows, text)) == found


@pytest.mark.parametrize(
    "text, message, hint",
    [
        ("acuracy > 0.9", "no 'acuracy'", "Name a metric"),
        ("learning > 0.9", "no 'learning'", "training.learning_rate"),
        ("accuracy >", "nothing to compare with", "accuracy > 0.9"),
        ("> 0.9", "nothing before it", "accuracy > 0.9"),
        ("lr < often", "'often' is no number", "Use ="),
        ('"half', "can't be read", "second mark"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_may_be_meant(rows, text, message, hint):
    with pytest.raises(RunError) as caught:
        pick(rows, text)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_what_is_said_of_a_run_stays_and_a_damaged_file_says_nothing(rows):
    run = rows[0].run
    annotate(run, note="keep", tags=["best", "#paper", "best"])
    said = annotations_of(run)
    assert (said.star, said.tags, said.note) == (True, ("best", "paper"), "keep")
    with pytest.raises(RunError, match="can't be a tag"):
        annotate(run, tags=["two words"])
    (run.path / "annotations.json").write_text("{")
    assert annotations_of(run).tags == ()


def test_generated_images_are_known_before_and_after_they_are_loaded(rows, tmp_path):
    assert not rows[0].generated
    project = with_text(small(), "data.dataset=shapes")
    run = RunDirectory.create_at(tmp_path / "runs" / "shapes", project)
    assert read_row(run).generated
    replace_json(run.path / "data.json", {"generated": False})
    assert not read_row(run).generated


def test_every_setting_has_a_path_that_sets_it():
    project = small(optimizer=sgd())
    for path, value in settings_of(project).items():
        if path.startswith("network.") and path.count(".") == 1:
            continue  # a node itself: its kind
        if isinstance(value, dict):
            continue
        assert with_value(project, path, value) == project, path


def test_settings_of_nodes_and_blocks_are_set_by_path():
    project = with_text(small(), "network.conv.out_channels=16")
    assert project.network.find("conv").parameters["out_channels"] == 16
    project = with_text(project, "network.head.frozen=true")
    assert project.network.find("head").learning.frozen
    project = with_text(project, "network.drop.bypass=true")
    assert project.network.find("drop").bypass is True
    for wrong in ("network.conv.out_channels=0", "network.conv.rate=-1", "network.drop.p=much"):
        with pytest.raises(ProblemError):
            with_text(project, wrong)


def test_another_optimizer_begins_with_its_own_parameters():
    project = with_text(small(optimizer=sgd(0.5)), "training.optimizer.kind=AdamW")
    assert project.training.optimizer == Component(kind="AdamW")


def test_the_difference_names_settings_layers_and_wires():
    one = small(learning_rate=0.1)
    two = with_text(small(learning_rate=0.01), "network.conv.out_channels=16")
    network = two.network
    without = network.replace(
        nodes=[node for node in network.nodes if node.name != "drop"],
        edges=[e for e in network.edges if "n5" not in (e.source, e.target)]
        + [Edge(source="n4", target="n6")],
    )
    two = two.with_network(without)

    told = {row.path: row.values for row in difference([one, two])}

    assert told == {
        "training.learning_rate": (0.1, 0.01),
        "network.conv.out_channels": (8, 16),
        "network.drop": ("Dropout", None),
        "network: flat → drop": (True, None),
        "network: drop → head": (True, None),
        "network: flat → head": (None, True),
    }
    assert difference([one, one]) == []


def test_runs_are_exported_with_the_settings_in_which_they_differ(rows):
    assert varying(rows)[0].startswith("training.")
    table = list(csv.DictReader(io.StringIO(runs_csv(rows))))
    assert [row["val_accuracy"] for row in table] == ["0.95", "0.85", ""]
    assert [row["training.learning_rate"] for row in table] == ["0.1", "0.01", "0.001"]
    assert table[0]["tags"] == "good"
    told = json.loads(runs_json(rows))
    assert told[0]["settings"]["network.conv.out_channels"] == 8
    assert told[0]["facts"]["star"] is True
    events = [{"type": "step", "step": 1, "loss": 0.5}, {"type": "note"}, {"type": "epoch"}]
    assert json.loads(curves_json(events)) == {"steps": events[:1], "epochs": events[2:]}


def test_the_command_line_lists_marks_and_compares(rows, tmp_path):
    listed = command("runs", "--where", "#good sort:-accuracy", "--json", folder=tmp_path)
    assert [one["name"] for one in json.loads(listed.stdout)] == ["resnet-a", "lenet"]
    marked = command("mark", "runs/lenet", "--star", "--untag", "old", folder=tmp_path)
    assert marked.stdout == "lenet: ★ #good\n"
    assert "resnet-b" not in command("runs", "--where", "star", folder=tmp_path).stdout
    differing = command("diff", "runs/resnet-a", "runs/lenet", "--json", folder=tmp_path)
    paths = [row["path"] for row in json.loads(differing.stdout)["rows"]]
    assert "training.batch_size" in paths
    wrong = command("runs", "--where", "acuracy>1", folder=tmp_path)
    assert wrong.returncode == 1 and "no 'acuracy'" in wrong.stderr
    written = command("runs", "-o", "runs.csv", "--columns", "lr", folder=tmp_path)
    assert written.returncode == 0
    assert (tmp_path / "runs.csv").read_text().splitlines()[0].endswith("training.learning_rate")
