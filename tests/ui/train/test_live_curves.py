from __future__ import annotations

import json
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from cnnstudio.ui import theme
from tests.ui.train.conftest import append, drawn, epoch, history, start, step
from tests.ui.train.test_smoothing import reference


@pytest.fixture
def run(make_run):
    return make_run("2026-11-24T10-31-05-lenet", history(4))


@pytest.fixture
def shown(workspace, run, qtbot):
    """The workspace with a run of 4 epochs of 10 steps drawn."""
    show(workspace, run, qtbot, points=40)
    return workspace


def show(workspace, run, qtbot, points: int) -> None:
    workspace._session.show_run(run)
    qtbot.waitUntil(lambda: len(drawn(workspace.plots.loss.train)[0]) == points)


def test_the_curves_are_what_was_written(shown, qtbot):
    shown.bar.slider.setValue(0)
    QTest.mouseClick(shown.bar.steps, Qt.MouseButton.LeftButton)
    steps = [event for event in history(4) if event["type"] == "step"]
    epochs = [event for event in history(4) if event["type"] == "epoch"]

    for plot, name in ((shown.plots.loss, "loss"), (shown.plots.accuracy, "accuracy")):
        assert drawn(plot.train) == ([e["step"] for e in steps], [e[name] for e in steps])
        assert drawn(plot.validation) == (
            [e["step"] for e in epochs], [e[f"val_{name}"] for e in epochs],
        )  # fmt: skip
        assert drawn(plot.means)[1] == [e[f"train_{name}"] for e in epochs]


def test_over_epochs_the_same_curves_lie_at_epochs(shown):
    QTest.mouseClick(shown.bar.epochs, Qt.MouseButton.LeftButton)

    assert drawn(shown.plots.loss.validation)[0] == [1, 2, 3, 4]
    assert drawn(shown.plots.loss.train)[0] == pytest.approx(np.arange(1, 41) / 10)


def test_new_events_are_drawn_as_they_come(shown, run, qtbot):
    append(run, step(41), step(42), epoch(5))

    qtbot.waitUntil(lambda: len(drawn(shown.plots.loss.train)[0]) == 42)
    assert len(drawn(shown.plots.accuracy.validation)[0]) == 5


def test_a_torn_last_line_is_ignored_until_it_is_whole(shown, run, qtbot):
    line = json.dumps(step(41))
    with run.events_file.open("a") as stream:
        stream.write(line[:30])
    qtbot.wait(400)
    assert len(drawn(shown.plots.loss.train)[0]) == 40

    with run.events_file.open("a") as stream:
        stream.write(line[30:] + "\n")

    qtbot.waitUntil(lambda: len(drawn(shown.plots.loss.train)[0]) == 41)


def test_another_run_shows_its_own_curves(shown, make_run, qtbot):
    other = make_run("2026-11-24T11-00-00-other", history(2, scale=5.0))

    show(shown, other, qtbot, points=20)

    shown.bar.slider.setValue(0)
    expected = [event["loss"] for event in history(2, scale=5.0) if event["type"] == "step"]
    assert drawn(shown.plots.loss.train)[1] == expected


def test_a_resumed_run_has_each_step_once(shown, run, qtbot):
    append(run, start(4, step=30), step(31, scale=3.0))

    qtbot.waitUntil(lambda: len(drawn(shown.plots.loss.train)[0]) == 31)
    shown.bar.slider.setValue(0)
    assert drawn(shown.plots.loss.train)[1][-1] == step(31, scale=3.0)["loss"]


def test_the_slider_smooths_training_and_leaves_the_raw_curve_behind(shown):
    shown.bar.slider.setFocus()
    QTest.keyClick(shown.bar.slider, Qt.Key.Key_Home)
    for _ in range(3):
        QTest.keyClick(shown.bar.slider, Qt.Key.Key_Right)

    raw = [event["loss"] for event in history(4) if event["type"] == "step"]
    assert shown.plots.span == 5
    assert drawn(shown.plots.loss.train)[1] == pytest.approx(reference(raw, [1] * 40, 5))
    assert drawn(shown.plots.loss.raw)[1] == raw


def test_a_click_puts_the_loss_on_a_logarithmic_scale(shown):
    button = shown.bar.log
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())

    plots = shown.plots
    y = plots.loss.train.getData()[1]
    assert y == pytest.approx(np.log10(drawn(plots.loss.train)[1]))
    assert plots.accuracy.train.getData()[1] == pytest.approx(drawn(plots.accuracy.train)[1])

    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())
    assert plots.loss.train.getData()[1] == pytest.approx(drawn(plots.loss.train)[1])


def test_the_values_under_the_pointer_are_told_in_the_legend(shown, qtbot):
    shown.bar.slider.setValue(0)
    QTest.mouseClick(shown.bar.steps, Qt.MouseButton.LeftButton)
    qtbot.wait(100)
    plots = shown.plots
    view = plots.loss.item.getViewBox()
    place = plots.mapFromScene(view.mapViewToScene(QPointF(20.0, 1.0)))

    QTest.mouseMove(plots.viewport(), QPoint(5, 5))
    qtbot.wait(50)  # faster moves are taken for one
    QTest.mouseMove(plots.viewport(), place)
    qtbot.waitUntil(lambda: "step 20" in plots.loss.legend.text)

    loss, at = step(20)["loss"], epoch(2)
    assert plots.loss.legend.text == (
        f"Loss · Train {loss:.4f} · Validation {at['val_loss']:.4f} · "
        f"Train, epoch mean {at['train_loss']:.4f} · step 20 · epoch 2"
    )
    assert f"Validation {at['val_accuracy']:.1%}"[:-1] in plots.accuracy.legend.text


def test_the_arrow_keys_move_along_the_curves(shown):
    plots = shown.plots
    QTest.keyClick(plots, Qt.Key.Key_Home)
    assert "step 1 ·" in plots.loss.legend.text

    for _ in range(4):
        QTest.keyClick(plots, Qt.Key.Key_Right)
    assert "step 5 · epoch 0.5" in plots.accessibleDescription()

    QTest.keyClick(plots, Qt.Key.Key_Escape)
    assert "step 40 ·" in plots.loss.legend.text


def test_the_theme_changes_while_it_runs(shown, open_small):
    open_small.set_theme("dark")

    assert shown.plots.backgroundBrush().color() == theme.color("surface")
    assert shown.plots.loss.train.opts["pen"].color() == theme.color("train")
    assert shown.plots.accuracy.validation.opts["pen"].color() == theme.color("validation")


def test_without_a_pointer_the_newest_values_are_told(shown):
    assert "step 40 · epoch 4" in shown.plots.loss.legend.text


def test_a_double_click_shows_everything_again(shown, qtbot):
    plots = shown.plots
    view = plots.loss.item.getViewBox()
    qtbot.wait(100)
    everything = view.viewRange()[0]
    middle = plots.mapFromScene(view.sceneBoundingRect().center())
    view.setXRange(1.0, 1.5, padding=0)
    qtbot.wait(50)

    QTest.mouseDClick(plots.viewport(), Qt.MouseButton.LeftButton, pos=middle)

    qtbot.waitUntil(lambda: view.viewRange()[0] == pytest.approx(everything, rel=0.1))


def test_a_hidden_workspace_draws_when_it_is_seen_again(shown, run, qtbot):
    shown.hide()
    append(run, step(41))
    qtbot.waitUntil(lambda: len(shown.plots.curves.steps) == 41)
    qtbot.wait(250)
    assert len(drawn(shown.plots.loss.train)[0]) == 40

    shown.show()

    assert len(drawn(shown.plots.loss.train)[0]) == 41


def test_ten_pictures_a_second_are_enough(shown, run, qtbot):
    times = []
    shown.plots.drawn.connect(lambda: times.append(1))
    begun = time.perf_counter()
    for number in range(41, 241):
        shown.plots.curves.take([step(number)])
        shown.plots.data_changed()
        qtbot.wait(5)

    seconds = time.perf_counter() - begun
    assert 1 <= len(times) <= 10 * seconds + 1


def test_painting_waits_for_the_next_turn_of_the_event_loop(shown, qtbot):
    painting = []
    view = shown.plots.viewport()
    shown.plots.drawn.connect(lambda: painting.append(view.updatesEnabled()))
    shown.plots.curves.take([step(41)])
    shown.plots.data_changed()

    qtbot.waitUntil(lambda: bool(painting))
    qtbot.waitUntil(view.updatesEnabled)
    assert painting == [False]


def test_the_choices_are_remembered(shown, qtbot, open_small):
    from cnnstudio.ui.train import TrainWorkspace

    QTest.mouseClick(shown.bar.steps, Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.bar.log, Qt.MouseButton.LeftButton)
    shown.bar.slider.setValue(7)

    again = TrainWorkspace(open_small)
    qtbot.addWidget(again)

    assert (again.plots.axis, again.plots.log) == ("step", True)
    assert again.plots.span == 50
    assert again.bar.steps.isChecked() and again.bar.log.isChecked()


def test_another_metric_of_each_epoch_is_drawn_below_the_loss(
    workspace, make_run, open_small, qtbot
):
    told = history(2)
    for event in told:
        if event["type"] == "epoch":
            event |= {"val_f1": 0.25 * event["epoch"], "val_calibration_error": 0.1}
    open_small.show_run(make_run("2026-11-24T11-00-00-f1", told))
    box = workspace.bar.metric_choice
    qtbot.waitUntil(box.isVisible)
    assert [text for text, _ in box.items] == ["Accuracy", "F1", "Calibration error"]

    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert drawn(workspace.plots.accuracy.validation) == ([1.0, 2.0], [0.25, 0.5])
    assert drawn(workspace.plots.accuracy.train) == ([], [])
    assert workspace.plots.accuracy.legend.text.startswith("F1 · Validation 50.0 %")

    open_small.show_run(make_run("2026-11-24T12-00-00-plain", history(2)))
    qtbot.waitUntil(lambda: not box.isVisible())
    qtbot.waitUntil(lambda: len(drawn(workspace.plots.accuracy.train)[0]) == 20)
