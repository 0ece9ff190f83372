"""Stopping a run before its first step."""

from cnnstudio.data import watch
from cnnstudio.training.events import Event
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.train import train
from tests.training.networks import small


def test_a_run_stopped_while_its_data_loads_is_stopped_and_not_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "SECONDS_BETWEEN", 0.0)
    project = small()
    shapes = project.data.model_copy(update={"dataset": "shapes", "options": {"count": 200}})
    directory = RunDirectory.create(tmp_path, project.model_copy(update={"data": shapes}))
    events: list[Event] = []
    directory.control("stop")
    train(None, directory.path, resume=True, on_event=events.append)
    assert directory.status().state == "stopped"
    assert [event["type"] for event in events] == ["end"]
    assert events[-1]["state"] == "stopped"
