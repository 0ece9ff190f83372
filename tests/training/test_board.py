"""TensorBoard's files, read by TensorBoard's own reader."""

from __future__ import annotations

import json

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from cnnstudio.training.board import Board
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.train import train
from tests.training.networks import small


def scalars(run):
    """{tag: [(step, value)]} as TensorBoard reads them."""
    reader = EventAccumulator(str(run.path / "tensorboard"), size_guidance={"scalars": 0})
    reader.Reload()
    return {
        tag: [(point.step, point.value) for point in reader.Scalars(tag)]
        for tag in reader.Tags()["scalars"]
    }


def test_tensorboard_reads_what_the_run_told(tmp_path):
    run = train(small(epochs=2, batch_size=256), tmp_path / "run").directory

    told = scalars(run)

    for name in ("train_loss", "val_accuracy", "learning_rate"):
        expected = [(event["step"], event[name]) for event in run.metrics()]
        found = told[f"epoch/{name}"]
        assert [step for step, _ in found] == [step for step, _ in expected]
        for (_, value), (_, meant) in zip(found, expected, strict=True):
            assert abs(value - meant) < 1e-6
    steps = [event for event in run.history() if event["type"] == "step"]
    assert len(told["step/loss"]) == len(steps)
    assert abs(told["test/accuracy"][0][1] - run.raw_status().test["accuracy"]) < 1e-6


def test_what_a_resumed_run_does_again_replaces_what_it_did(tmp_path):
    run = RunDirectory.create_at(tmp_path / "run", small())

    def event(type, step, **values):
        return {"t": float(step), "type": type, "step": step, **values}

    first = [
        event("start", 0, resumed=False),
        *(event("step", n, loss=float(n)) for n in (1, 2, 3)),
    ]
    again = [event("start", 1, resumed=True), *(event("step", n, loss=-1.0) for n in (2, 3, 4))]
    board = Board(run)
    for batch in (first, again):
        append(run, batch)
        board.write()
        board = Board(run)  # another process goes on
    board.write()

    assert scalars(run)["step/loss"] == [(1, 1.0), (2, -1.0), (3, -1.0), (4, -1.0)]


def test_the_numbers_of_each_layer_are_there_too(tmp_path):
    run = RunDirectory.create_at(tmp_path / "run", small())
    layers = {"conv": {"gradient": 0.5, "update": None}, "relu": {"dead": 0.25}}
    append(run, [{"t": 1.0, "type": "layers", "step": 7, "layers": layers}])
    Board(run).write()

    assert scalars(run) == {"gradient/conv": [(7, 0.5)], "dead/relu": [(7, 0.25)]}


def test_a_run_may_go_without(tmp_path):
    run = train(small(epochs=1, batch_size=512, tensorboard=False), tmp_path / "run").directory
    assert not (run.path / "tensorboard").exists()


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path):
    run = RunDirectory.create_at(tmp_path / "run", small())
    (run.path / "tensorboard").write_text("in the way")

    run = train(small(), run.path).directory

    assert run.status().state == "finished"
    warnings = [e["message"] for e in run.history() if e["type"] == "warning"]
    assert any("TensorBoard's files can't be written" in message for message in warnings)


def append(run, events):
    with run.events_file.open("a") as stream:
        stream.writelines(json.dumps(event) + "\n" for event in events)
