"""Sweeps with real worker processes, and what they may be asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

import cnnstudio as cs
from cnnstudio.graph import ProblemError, RunError, save
from cnnstudio.training import interpreter
from cnnstudio.training.annotations import annotations_of
from cnnstudio.training.rundir import list_runs
from cnnstudio.training.sweep.conducting import conduct
from cnnstudio.training.sweep.creating import create_sweep
from cnnstudio.training.sweep.directory import SweepDirectory
from cnnstudio.training.sweep.space import Dimension, check_space, dimension, grid_of
from cnnstudio.training.sweep.worker import Worker
from tests.command import run
from tests.training.networks import small

TINY = {"epochs": 1, "batch_size": 512, "tensorboard": False}


def wait_until(holds, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# What varies


def test_a_range_reads_as_it_is_typed():
    rate = dimension("training.learning_rate=1e-4..1e-1:log")
    assert (rate.low, rate.high, rate.log, rate.whole) == (1e-4, 1e-1, True, False)
    assert dimension("network.conv.out_channels=8..64:8").grid() == [8, 16, 24, 32, 40, 48, 56, 64]
    assert dimension("network.drop.p=0..0.5:0.1").grid() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert dimension("training.learning_rate=1e-4..1e-1:log:x4").grid() == [1e-4, 1e-3, 1e-2, 1e-1]
    assert dimension("training.batch_size=32,64").choices == (32, 64)
    sizes = dimension("network.conv.kernel_size=[3,3],[5,5]")
    assert sizes.choices == ([3, 3], [5, 5])
    for one in (rate, sizes):
        assert dimension(f"{one.path}={one.text}") == one


@pytest.mark.parametrize(
    "text, message",
    [
        ("training.learning_rate", "says not what varies"),
        ("training.learning_rate=1..0.1", "does not rise"),
        ("training.learning_rate=0..1:log", "begins above 0"),
        ("training.learning_rate=0.1..1:often", "'often' is no way"),
        ("training.batch_size=32,,64", "empty value"),
    ],
)
def test_what_cannot_be_varied_so_is_told(text, message):
    with pytest.raises(ProblemError, match=message):
        dimension(text)


@pytest.mark.parametrize(
    "text, message",
    [
        ("training.epoch=1,2", "no setting 'training.epoch'"),
        ("training.batch_size=0,32", "it should be at least 1"),
        ("network.conf.out_channels=8,16", "no node 'conf'"),
        ("network.conv.out_channel=8,16", "no parameter 'out_channel'"),
        ("training.optimizer.kind=SGD,Adma", "Did you mean Adam"),
    ],
)
def test_a_setting_that_the_project_has_not_is_told_before_anything_is_trained(text, message):
    with pytest.raises((ProblemError, RunError), match=message):
        check_space(small(), [dimension(text)])


def test_a_grid_of_endless_values_is_refused(tmp_path):
    with pytest.raises(ProblemError, match="endless"):
        create_sweep(
            small(), [dimension("training.learning_rate=1e-4..1e-1:log")], tmp_path / "runs",
            name="endless", method="grid",
        )  # fmt: skip
    assert not (tmp_path / "sweeps").exists()


def test_a_grid_that_two_machines_queued_at_once_is_tried_once(tmp_path):
    from optuna.trial import TrialState

    from cnnstudio.training.sweep import study as searching

    space = [dimension("training.batch_size=32,64"), dimension("network.conv.kernel_size=[3,3],5")]
    made = create_sweep(small(), space, tmp_path / "runs", name="twice", method="grid")
    definition = made.definition()
    study = searching.open_study(made)
    searching.fill_grid(study, definition)
    for trial in study.get_trials():
        study.enqueue_trial(trial.system_attrs["fixed_params"])

    drawn = []
    while (trial := searching.next_trial(study, definition)) is not None:
        drawn.append(searching.settings_of_trial(trial, definition))
        study.tell(trial, 0.5, state=TrialState.COMPLETE)

    assert drawn == grid_of(space)


def test_a_storage_with_another_search_of_this_name_is_refused(tmp_path):
    from cnnstudio.training.sweep import study as searching

    storage = str(tmp_path / "shared.log")
    for text in ("training.batch_size=32,64", "training.batch_size=16,32"):
        made = create_sweep(
            small(), [dimension(text)], tmp_path / "runs", name="same", storage=storage
        )
        if "16" not in text:
            searching.open_study(made)
    with pytest.raises(RunError, match="holds another search named 'same'"):
        searching.open_study(made)


def test_each_point_is_tried_where_there_are_no_more_than_trials(tmp_path):
    def method(text, **how):
        made = create_sweep(small(), [dimension(text)], tmp_path / "runs", method="auto", **how)
        return made.definition().method, made.definition().trials

    assert method("training.learning_rate=0.01,0.001") == ("grid", 2)
    assert method("training.learning_rate=0.01,0.001,0.1", trials=2) == ("tpe", 2)
    assert method("training.learning_rate=1e-4..1e-1:log") == ("tpe", 20)
    assert method("network.conv.out_channels=8..64:8", trials=8) == ("grid", 8)


def test_each_sweep_of_a_project_has_a_name_of_its_own_unless_they_share_a_storage(tmp_path):
    def named(**how):
        space = [dimension("training.batch_size=32,64")]
        return create_sweep(small(), space, tmp_path / "runs", **how).definition().name

    assert [named(), named(), named(called="mlp"), named()] == [
        "small-sweep", "small-sweep-2", "mlp-sweep", "small-sweep-3",
    ]  # fmt: skip
    shared = str(tmp_path / "shared.log")
    assert [named(storage=shared), named(name="mine"), named(name="mine")] == [
        "small-sweep", "mine", "mine",
    ]  # fmt: skip


@pytest.mark.parametrize("metric", ["acc", "val_calibration_error", "loss"])
def test_a_metric_that_no_run_tells_is_refused_before_anything_is_trained(tmp_path, metric):
    save(small(**TINY), tmp_path / "tiny.cnns")
    over = ["--over", "training.batch_size=256,512"]
    done = run("sweep", "tiny.cnns", *over, "--metric", metric, folder=tmp_path)
    assert done.returncode == 1 and f"no metric '{metric}'" in done.stderr
    assert "train_loss, train_accuracy, val_loss, val_accuracy" in done.stderr
    assert ("live_metrics" in done.stderr) == (metric.startswith("val"))
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.cnns"]


def test_a_sweep_of_which_every_trial_failed_ends_with_1(tmp_path):
    save(small(**TINY), tmp_path / "tiny.cnns")
    wrong = ["--over", "network.head.out_features=11", "--metric", "train_loss"]
    done = run("sweep", "tiny.cnns", *wrong, folder=tmp_path)
    assert (done.returncode, "1 failed" in done.stdout) == (1, True)
    assert 'sweep = "tiny-sweep"' in done.stdout


# Workers


def test_a_worker_that_refuses_is_told_of_with_its_reason(tmp_path, monkeypatch):
    made = create_sweep(
        small(), [dimension("training.batch_size=32,64")], tmp_path / "runs", name="refused"
    )
    says_no = "import sys; print('Error: No way.\\nGo home.', file=sys.stderr); sys.exit(1)"
    monkeypatch.setattr(interpreter, "command", lambda *_: [sys.executable, "-c", says_no])

    with pytest.raises(RunError, match="No way"):
        conduct(made)

    assert made.status().state == "failed"


def test_twelve_trials_on_two_workers_cover_a_grid_though_one_of_them_is_killed(tmp_path):
    space = [
        dimension("training.learning_rate=1e-4..1e-1:log:x3"),
        dimension("training.batch_size=256,512"),
        dimension("network.conv.out_channels=4,8"),
    ]
    made = create_sweep(
        small(**TINY), space, tmp_path / "runs", name="grid", method="grid", trials=1
    )
    conductor = threading.Thread(target=conduct, args=(made, 2))
    conductor.start()
    wait_until(lambda: any(trial.state == "running" for trial in made.trials()))
    doomed = next(trial for trial in made.trials() if trial.state == "running")
    wait_until(lambda: pid_of(made, doomed) is not None)
    os.kill(pid_of(made, doomed), signal.SIGKILL)
    conductor.join(100)

    trials = made.trials()
    assert [trial.number for trial in trials] == list(range(12))
    assert {trial.state for trial in trials} == {"complete"}
    points = Counter(frozenset(trial.settings.items()) for trial in trials)
    assert points == Counter(frozenset(point.items()) for point in grid_of(space))
    assert sorted(run.name for run in list_runs(made.runs)) == sorted(t.run for t in trials)
    for trial in trials:
        run = made.run_of(trial)
        assert run.project().training.batch_size == trial.settings["training.batch_size"]
        assert trial.value == max(event["val_accuracy"] for event in run.metrics())
        assert annotations_of(run).trial == trial.number
    pids = {made.run_of(trial).raw_status().pid for trial in trials}
    assert len(pids) >= 2, "the killed one's place was taken by another"
    assert made.best().value == max(trial.value for trial in trials)
    assert made.status().state == "finished"


def test_a_hopeless_trial_is_ended_early(tmp_path):
    """A learning rate of 1e-7 learns nothing; after five trials that ran whole it is seen."""
    rates = Dimension(path="training.learning_rate", choices=(1e-7, 0.01, 0.02))
    found = create_sweep(
        small(**TINY | {"epochs": 4, "batch_size": 128}), [rates], tmp_path / "runs",
        name="pruned", trials=8, method="random", seed=3,
    )  # fmt: skip

    Worker(found).work()

    pruned = [trial for trial in found.trials() if trial.state == "pruned"]
    assert 1e-7 in {trial.settings["training.learning_rate"] for trial in pruned}
    for trial in pruned:
        run = found.run_of(trial)
        assert run.status().state == "stopped"
        assert len(run.metrics()) < 4
        assert "pruned" in annotations_of(run).tags
    assert found.best().settings["training.learning_rate"] > 1e-7


def test_a_stopped_sweep_goes_on_where_it_was(tmp_path):
    """From the command line, on SQLite: Ctrl+C in the middle of a run, and once more."""
    save(small(**TINY | {"epochs": 300, "batch_size": 64}), tmp_path / "tiny.cnns")
    command = [
        sys.executable, "-m", "cnnstudio", "sweep", "tiny.cnns", "--trials", "1",
        "--over", "training.learning_rate=1e-4..1e-2:log", "--storage", "sqlite:///all.db",
        "--method", "random", "--prune", "none",
    ]  # fmt: skip
    first = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    wait_until(lambda: any(len(run.metrics()) >= 2 for run in list_runs(tmp_path / "runs")))
    first.send_signal(signal.SIGINT)
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 130 and "Go on after a stop with" in out
    (run,) = list_runs(tmp_path / "runs")
    assert run.status().state == "stopped"
    (folder,) = (tmp_path / "sweeps").iterdir()
    made = SweepDirectory(folder)
    assert [trial.state for trial in made.trials()] == ["running"]
    assert made.status().state == "stopped"
    # The rest of it need not be waited for.
    project = run.project()
    shorter = project.training.model_copy(update={"epochs": len(run.metrics()) + 2})
    save(project.model_copy(update={"training": shorter}), run.project_file)
    made.control("run")

    Worker(made).work()

    assert [trial.state for trial in made.trials()] == ["complete"]
    events = [event for event in run.events()[0] if event["type"] == "start"]
    assert [event["resumed"] for event in events] == [False, True]
    epochs = [event["epoch"] for event in run.metrics()]
    assert epochs == list(range(1, len(epochs) + 1))


def pid_of(made, trial):
    """The process that trains a trial; None while there is none."""
    run = made.run_of(trial)
    if not run.exists() or run.raw_status().state != "running":
        return None
    return run.raw_status().pid


def test_a_search_that_makes_no_sense_is_refused_in_python_too(tmp_path):
    with pytest.raises(ProblemError, match="does not rise"):
        cs.sweep(small(), {"training.learning_rate": "1..0.1"}, runs=tmp_path / "runs")
    with pytest.raises(RunError, match="method can't be 'guess'"):
        cs.sweep(small(), {"training.batch_size": [8, 16]}, method="guess", runs=tmp_path / "runs")
    assert not (tmp_path / "sweeps").exists()
