"""Layers over time with exact values, and notes where something happened."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from cnnstudio.ui.train.curves import Curves
from tests.ui.conftest import wait_for
from tests.ui.train.conftest import STEPS_PER_EPOCH, append, drawn, history, start, step

SIZES = {"conv1": 0.01, "fc": 0.5}


def layers(number: int) -> dict:
    told = {name: {"gradient": size * number, "weight": 1.0, "update": 1e-3 / size}
            for name, size in SIZES.items()}  # fmt: skip
    told["relu1"] = {"dead": number / 100}
    return {
        "t": 100.0 + number, "type": "layers", "step": number,
        "epoch": (number - 1) // STEPS_PER_EPOCH + 1, "layers": told,
        "memory_bytes": 1_000_000 * number, "memory_total_bytes": 10**9,
    }  # fmt: skip


PAUSED = {"t": 1.0, "type": "paused", "step": 20, "epoch": 2}
FALLS = {"t": 1.0, "type": "note", "step": 30, "message": "No progress: the learning rate falls."}


@pytest.fixture
def shown(workspace, make_run, qtbot):
    """The workspace with a run whose layers were measured at each tenth step."""
    told = [*history(4)[:1], *[event for number in range(1, 41) for event in measured(number)]]
    run = make_run("2026-11-24T10-31-05-lenet", [*told, PAUSED, FALLS])
    workspace._session.show_run(run)
    wait_for(qtbot, lambda: len(workspace.plots.curves.notes) == 2)
    return workspace


def measured(number: int) -> list[dict]:
    return [layers(number), step(number)] if number % 10 == 0 else [step(number)]


@pytest.fixture
def view(shown, qtbot):
    shown.pages.setCurrentWidget(shown.layers)
    wait_for(qtbot, lambda: len(shown.layers.table.order) == 3)
    return shown.layers


def values(view, name: str) -> list[str]:
    model = view.table.layers
    row = model.names.index(name)
    return [model.index(row, column).data() for column in range(1, 4)]


def test_the_layers_with_the_largest_gradient_come_first(view):
    assert view.table.order == ["fc", "conv1", "relu1"]
    assert values(view, "fc") == ["20", "0.002", "–"]
    assert values(view, "relu1") == ["–", "–", "40.0 %"]

    QTest.mouseClick(view.choices["update"], Qt.MouseButton.LeftButton)
    assert view.table.order[:2] == ["conv1", "fc"]


def test_exact_values_are_those_under_the_pointer(view, qtbot):
    box = view.plot.getViewBox()
    x = 2.0 if view.axis == "epoch" else 20.0
    spot = view.canvas.mapFromScene(box.mapViewToScene(QPointF(x, box.viewRange()[1][0] + 0.1)))
    QTest.mouseMove(view.canvas.viewport(), spot / 2)
    qtbot.wait(50)  # faster moves are taken for one
    QTest.mouseMove(view.canvas.viewport(), spot)
    wait_for(qtbot, lambda: view.place.text() == "Values at step 20")
    assert values(view, "conv1")[0] == "0.2"

    view.point_at(None)
    assert view.place.text() == "Values at step 40"


def test_each_layer_has_a_line_of_its_gradients(view):
    x, y = view._lines["fc"].getData()
    places = [1.0, 2.0, 3.0, 4.0] if view.axis == "epoch" else [10.0, 20.0, 30.0, 40.0]
    assert x.tolist() == places
    assert y == pytest.approx([math.log10(0.5 * number) for number in (10, 20, 30, 40)])


def test_a_layer_is_found_on_the_canvas(view, open_small):
    wanted = []
    open_small.layer_requested.connect(wanted.append)
    view.table.setCurrentIndex(view.table.sorted.index(1, 0))
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert wanted == ["conv1"]


def test_rate_gradient_speed_and_memory_have_curves(shown, qtbot):
    shown.pages.setCurrentWidget(shown.machine)
    plots = shown.machine
    wait_for(qtbot, lambda: len(drawn(plots.all[0].train)[0]) == 40)

    rate, norm, speed, memory = plots.all
    assert drawn(rate.train)[1] == [0.001] * 40
    assert drawn(norm.train)[1] == [1.5] * 40
    assert drawn(speed.train)[1][0] == 1930.0
    assert drawn(memory.train)[1][-1] == 40_000_000
    assert "40 MB" in memory.legend.text


def test_a_constant_is_shown_between_nothing_and_twice_its_value(shown, qtbot):
    shown.pages.setCurrentWidget(shown.machine)
    [rate] = [plot for plot in shown.machine.all if plot.quantity.name == "learning_rate"]
    view = rate.item.getViewBox()
    wait_for(qtbot, lambda: view.viewRange()[1][1] < 0.003)
    low, high = view.viewRange()[1]
    assert low <= 0.0 < 0.001 < high


def test_what_happened_is_marked_and_told_near_the_pointer(shown):
    plots = shown.plots
    plots.set_axis("step")
    assert [line.value() for _, line in plots.loss._notes._lines] == [20.0, 30.0]

    plots.point_at(30.0)
    assert "the learning rate falls · step 30" in plots.loss.legend.text
    plots.point_at(10.0)
    assert "falls" not in plots.loss.legend.text


def test_new_notes_come_while_it_runs(shown, qtbot):
    append(shown._session.run, {"t": 2.0, "type": "resumed", "step": 40, "epoch": 4})
    wait_for(qtbot, lambda: len(shown.plots.accuracy._notes._lines) == 3)


def test_findings_are_notes_in_the_colour_of_their_weight():
    found = {"type": "finding", "step": 5, "message": "Most units are dead: they give 0 for "
             "every image, and get no gradient.", "severity": "warning"}  # fmt: skip
    (note,) = Curves([start(2), found]).notes
    assert (note.text, note.token) == ("Most units are dead", "warning")


def test_a_layer_that_comes_later_has_nothing_before():
    late = layers(20)
    late["layers"]["new"] = {"gradient": 1.0}
    curves = Curves([start(2), layers(10), late])
    assert math.isnan(curves.layers["gradient"][0, 3]) and curves.layers["gradient"][1, 3] == 1.0


def test_a_single_measurement_is_a_point_in_sight(workspace, make_run, qtbot):
    run = make_run("2026-11-24T10-31-05-lenet", [start(4), layers(3), step(3)])
    workspace._session.show_run(run)
    workspace.plots.set_axis("step")
    workspace.layers.show_curves(workspace.plots.curves, "step")
    wait_for(qtbot, lambda: drawn(workspace.plots.loss.train)[0] == [3.0])
    for plot in workspace.plots.all:
        assert [point.pos().x() for point in plot.train.scatter.points()] == [3.0]
        assert plot.train.scatter.isVisible()

    workspace.pages.setCurrentWidget(workspace.layers)
    points = workspace.layers._points
    wait_for(qtbot, lambda: len(points.points()) == 2)
    places = {(point.pos().x(), round(10 ** point.pos().y(), 9)) for point in points.points()}
    assert places == {(3.0, 0.03), (3.0, 1.5)}
    view = workspace.layers.plot.getViewBox()
    wait_for(qtbot, lambda: view.viewRange()[0][0] <= 0.0 and 6.0 <= view.viewRange()[0][1] < 7.0)

    append(run, layers(4), step(4))
    wait_for(qtbot, lambda: len(points.points()) == 0)
    workspace.pages.setCurrentWidget(workspace.stage)
    wait_for(qtbot, lambda: len(drawn(workspace.plots.loss.train)[0]) == 2)
    assert not workspace.plots.loss.train.scatter.isVisible()


def test_a_layers_histograms_are_asked_for_from_here(view, shown, qtbot):
    session = shown._session
    view.table.layer_chosen.emit("conv1")
    told: list[str] = []
    session.workspace_requested.connect(told.append)
    session.histograms_requested.connect(told.append)
    qtbot.mouseClick(view.histograms, Qt.MouseButton.LeftButton)

    assert told == ["inspect", "conv1"]
