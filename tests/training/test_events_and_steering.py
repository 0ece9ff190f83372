"""events.jsonl is only appended; control.json is read between steps."""

import json
import os
import time

import pytest

from cnnstudio.graph import Project, RunError
from cnnstudio.training.events import EventLog
from cnnstudio.training.heartbeat import Heartbeat
from cnnstudio.training.lock import only_trainer
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.training.steering import Steering


@pytest.fixture
def run(tmp_path):
    return RunDirectory.create_at(tmp_path / "run", Project())


def test_a_line_torn_by_a_kill_does_not_swallow_the_next_event(run):
    run.events_file.write_bytes(b'{"type": "step", "st')
    log = EventLog(run.events_file)
    log.write("end")
    log.close()
    assert run.events_file.read_bytes().startswith(b'{"type": "step", "st\n')
    assert [event["type"] for event in run.events()[0]] == ["end"]


def test_what_is_not_a_number_is_written_as_null(run):
    log = EventLog(run.events_file)
    log.write("step", loss=float("nan"), parts=[float("inf"), 1.0])
    log.close()
    event = json.loads(run.events_file.read_text(), parse_constant=pytest.fail)
    assert event["loss"] is None
    assert event["parts"] == [None, 1.0]


def test_a_listener_hears_what_is_written(run):
    heard = []
    log = EventLog(run.events_file, heard.append)
    log.write("warning", message="careful")
    log.close()
    assert heard == run.events()[0]


def test_each_wish_is_told_once(run):
    steering = Steering(run.control_file)
    assert steering.poll() == "run"
    run.control("pause")
    time.sleep(0.03)
    assert steering.poll() == "pause"
    time.sleep(0.03)
    assert steering.poll() is None
    run.control("pause")
    time.sleep(0.03)
    assert steering.poll() == "pause"


def test_a_wish_of_an_earlier_run_is_not_followed(run):
    run.control("stop")
    run.write_status(RunStatus(state="stopped"))
    steering = Steering.of(run)
    assert steering.poll() is None
    time.sleep(0.03)
    run.control("stop")
    assert steering.poll() == "stop"


def test_a_wish_to_a_run_that_waits_for_its_trainer_is_followed_whatever_the_clocks_say(run):
    run.control("stop")
    os.utime(run.control_file, (1, 1))
    assert Steering.of(run).poll() == "stop"


def test_a_wish_that_is_no_wish_is_passed_over(run):
    run.control_file.write_text('{"want": "fly"}')
    assert Steering(run.control_file).poll() is None
    run.control_file.unlink()
    assert Steering(run.control_file).poll() is None


def test_a_wish_to_stop_while_data_loads_is_still_there_for_the_loop(run):
    run.control("stop")
    steering = Steering(run.control_file)
    assert steering.stop_wanted()
    assert steering.stop_wanted()
    assert steering.poll() == "stop"


def test_the_heart_beats_at_least_twice_a_second(run):
    with Heartbeat(run, RunStatus(state="running")) as heartbeat:
        beats = set()
        end = time.monotonic() + 1.6
        while time.monotonic() < end:
            heartbeat.step += 1
            beats.add(run.raw_status().heartbeat)
            time.sleep(0.02)
    assert len(beats) >= 3
    gaps = [b - a for a, b in zip(sorted(beats), sorted(beats)[1:], strict=False)]
    assert max(gaps) < 0.75


def test_a_folder_that_disappears_is_noticed(run, tmp_path):
    with (
        pytest.raises(RunError, match="can't be written"),
        Heartbeat(run, RunStatus(state="running")) as heartbeat,
    ):
        run.path.rename(tmp_path / "elsewhere")
        time.sleep(0.6)
        heartbeat.check()


def test_a_second_trainer_is_refused_and_the_lock_is_free_afterwards(run):
    with (
        only_trainer(run.path),
        pytest.raises(RunError, match="already being trained"),
        only_trainer(run.path),
    ):
        pass
    with only_trainer(run.path):
        pass
