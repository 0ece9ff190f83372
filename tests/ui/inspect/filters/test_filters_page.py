"""The page of filters, used by mouse and keyboard on the real kernel and a real run."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from safetensors.numpy import load_file

from cnnstudio.graph import Document, save
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.training.histograms import FILE, histograms
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.filters.page import FiltersPage
from cnnstudio.ui.inspect.filters.spread_plot import SpreadPlot
from cnnstudio.ui.inspect.number import number_text
from tests.ui.conftest import wait_for

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> RunDirectory:
    """Two epochs on few coloured shapes, by the real trainer."""
    from tests.ui.conftest import small

    project = small()
    changes = {"image": {"shape": [3, 32, 32]}, "fc": {"out_features": 6}}
    nodes = [
        node.model_copy(update={"parameters": changes.get(node.name, node.parameters)})
        for node in project.network.nodes
    ]
    project = project.with_network(project.network.replace(nodes=nodes)).model_copy(
        update={
            "data": project.data.model_copy(
                update={"dataset": "shapes", "options": {"count": 120, "size": 32}}
            ),
            "training": project.training.model_copy(update={"epochs": 2}),
        }
    )
    folder = tmp_path_factory.mktemp("filters")
    save(project, folder / "shapes.cnns")
    run = folder / "runs" / "shapes"
    command = [sys.executable, "-m", "cnnstudio", "train", str(folder / "shapes.cnns")]
    subprocess.run([*command, "--run-dir", str(run)], check=True, capture_output=True, timeout=300)
    return RunDirectory(run)


@pytest.fixture
def inspect(session, trained, qtbot) -> InspectWorkspace:
    session.replace_document(Document(trained.project()))
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.show_page(FiltersPage)
    return made


@pytest.fixture
def page(inspect, session, trained, qtbot) -> FiltersPage:
    """On the first convolution of the run."""
    session.show_run(trained)
    found = inspect.pages[FiltersPage]
    wait_for(qtbot, lambda: inspect.focus.subject is not None, 30)
    inspect.focus.show_layer("conv1")
    wait_for(qtbot, lambda: has_history(found), 180)
    return found


def has_history(page: FiltersPage) -> bool:
    return page.filters.answered and page.filters.history._answer is not None


def weight(run: RunDirectory, name: str = "conv1.weight") -> np.ndarray:
    return load_file(run.checkpoint("best") / "model.safetensors")[name]


def choose(box, data) -> None:
    assert box.choose(data)
    box.activated.emit(box.currentIndex())


def test_a_first_layer_stands_there_in_colour(page, trained):
    weights = weight(trained)
    mosaic = page.filters.mosaic
    tile = mosaic.tile_rect(2)
    place = tile.topLeft() + QPoint(4, 4)
    shown = mosaic.viewport().grab().toImage().pixelColor(place).getRgb()[:3]

    far = np.abs(weights).max()
    expected = (0.5 + weights[2, :, 0, 0] / (2 * far)) * 255
    assert np.abs(np.array(shown) - expected).max() <= 1
    assert "3 inputs" in page.filters.note.text() and "grey is 0" in page.filters.note.text()
    assert not page.filters.colors.isVisible()


def test_a_filter_that_is_clicked_is_large_with_its_numbers(page, trained, qtbot):
    panel = page.filters
    place = panel.mosaic.tile_rect(3).center()
    qtbot.mouseClick(panel.mosaic.viewport(), LEFT, pos=place)

    assert panel.views.currentWidget() is panel.large and panel.large.unit == 3
    assert panel.large.cells.numbers_shown and page.focus.unit == 3
    norm = float(np.linalg.norm(weight(trained)[3]))
    assert panel.facts._values["norm"].text() == number_text(norm)
    wait_for(qtbot, lambda: panel.history._answer["unit"] == 3)
    steps = panel.history._answer["steps"].tolist()
    assert steps[0] == 0 and steps[-1] == trained.raw_status().step
    assert panel.history._answer["change"][-1] > 0


def test_the_keyboard_goes_from_filter_to_filter_and_back(page, qtbot):
    panel = page.filters
    panel.mosaic.setFocus()
    qtbot.keyClick(panel.mosaic, Qt.Key.Key_Right)
    qtbot.keyClick(panel.mosaic, Qt.Key.Key_Return)
    assert panel.large.unit == 1
    qtbot.keyClick(panel.large, Qt.Key.Key_Right)
    assert page.focus.unit == 2 and panel.facts.heading.text() == "Filter 2"
    qtbot.keyClick(panel.large, Qt.Key.Key_Escape)
    assert panel.views.currentWidget() is panel.mosaic and panel.mosaic.current == 2


def test_one_input_channel_is_shown_on_a_signed_scale(page, trained, qtbot):
    panel = page.filters
    choose(panel.view_box, 1)
    wait_for(qtbot, lambda: panel._answer["view"] == 1)
    channel = weight(trained)[:, 1]

    assert np.array_equal(panel._pictures, channel)
    assert panel.colors.isVisible() and number_text(float(np.abs(channel).max())) in (
        panel.colors.accessibleDescription()
    )
    unit, row, column = np.unravel_index(channel.argmax(), channel.shape)
    if channel.max() == np.abs(channel).max():
        figure = panel.figure()
        assert tuple(figure.panels[unit].pixels[row, column]) == tuple(colour_maps["coolwarm"][255])


def test_the_scale_is_remembered(page, session, qtbot):
    choose(page.filters.scale, False)

    assert session.settings.value("inspect/filters_common_scale", True) is False
    assert page.filters.mosaic._colours.common is None


def test_the_filter_most_like_another_is_one_click_away(page, trained, qtbot):
    panel = page.filters
    panel.enlarge(0)
    rows = weight(trained).reshape(len(weight(trained)), -1)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = rows @ rows[0]
    cosines[0] = -2
    qtbot.mouseClick(panel.facts.alike, LEFT)

    assert panel.large.unit == int(cosines.argmax()) == page.focus.unit


def test_a_linear_layer_is_shown_as_its_map_and_a_layer_without_weights_says_so(page, qtbot):
    page.focus.show_layer("fc")
    wait_for(qtbot, lambda: page.filters._answer.get("layer") == "fc")
    assert page.filters._answer["form"] == "maps"
    page.focus.show_layer("relu1")
    wait_for(qtbot, lambda: not page.filters.stage.shows_content)
    message = page.filters.stage.notice.message
    assert message.text == "'relu1' has no weights." and message.level == "info"
    notice = page.filters.stage.notice
    wait_for(qtbot, lambda: any(one.isVisible() for one in notice.findChildren(QPushButton)))
    [button] = [one for one in notice.findChildren(QPushButton) if one.isVisible()]
    assert button.text() == "Show conv1"
    qtbot.mouseClick(button, LEFT)
    assert page.focus.layer == "conv1"
    wait_for(qtbot, lambda: page.filters.stage.shows_content)


def test_histograms_grow_while_the_run_writes_them(page, session, trained, tmp_path, qtbot):
    folder = tmp_path / "runs" / "copy"
    shutil.copytree(trained.path, folder)
    session.show_run(RunDirectory(folder))
    spread = page.spread
    wait_for(qtbot, lambda: spread._shown is not None and spread._shown.wanted[0].path == folder)
    before = histograms(folder).series("conv1", "weights")
    assert spread.plot.series.steps.tolist() == before.steps.tolist()

    lines = [json.loads(line) for line in (folder / FILE).read_text().splitlines()]
    line = next(one for one in lines if one.get("node") == "conv1")
    with (folder / FILE).open("a") as file:
        for kind in ("weights", "activations"):
            told = {**line, "step": 900, "kind": kind, "low": -9.0, "high": 9.0}
            file.write(json.dumps(told) + "\n")
    wait_for(qtbot, lambda: spread.plot.series.steps[-1] == 900)
    choose(spread.kind, "activations")
    wait_for(qtbot, lambda: spread.plot.series.kind == "activations")
    assert spread.plot.series.range == (-9.0, 9.0)
    assert session.settings.value("inspect/spread_kind", "") == "activations"


def test_heat_is_brightest_where_most_values_are(page, qtbot):
    spread = page.spread
    wait_for(qtbot, lambda: spread.plot.series is not None)
    edges, shares = spread.plot.series.density()
    pixels = array_of(spread.plot.grab().toImage()).astype(int).sum(axis=2)
    area = spread.plot._area().toRect()
    column = pixels[area.top() : area.bottom(), area.right() - 4]
    row = int(column.argmax()) / len(column)
    brightest = 1 - (int(shares[-1].argmax()) + 0.5) / (len(edges) - 1)

    assert row == pytest.approx(brightest, abs=1.0 / (len(edges) - 1))


def test_the_heat_is_linear_at_first_and_names_steps_where_there_is_room(page, qtbot):
    spread = page.spread
    wait_for(qtbot, lambda: spread.plot.series is not None)
    assert spread.density.currentText() == "Linear density"
    series, plot = spread.plot.series, SpreadPlot()
    qtbot.addWidget(plot)
    first = series.moments[0]
    many = replace(series, moments=[replace(first, step=step) for step in range(0, 4001, 40)])
    plot.show_series(many, ridges=False, log=False)
    shown = {}
    for width in (200, 700):
        plot.resize(width, 240)
        labels = sorted(plot.step_labels())
        shown[width] = [int(many.steps[moment]) for moment, _ in labels]
        places = [place for _, place in labels]
        assert all(a.right() < b.left() for a, b in itertools.pairwise(places))
        assert places[-1].right() <= width and shown[width][0] == 0 and shown[width][-1] == 4000
        middles = [(place.center().x(), plot._x_of(moment)) for moment, place in labels[1:-1]]
        assert all(there == pytest.approx(wanted, abs=1) for there, wanted in middles)
    assert len(shown[200]) < len(shown[700]) == 7


def test_a_moment_of_the_filter_that_is_clicked_is_looked_at(page, inspect, trained, qtbot):
    history, steps = page.filters.history, page.filters.history._answer["steps"]
    assert history.moments_shown[0] == 0
    qtbot.mouseClick(history, LEFT, pos=history._tile_rect(0).center())
    subject = inspect.focus.subject
    assert subject.folder.name == f"step-{int(steps[0]):06d}"
    wait_for(qtbot, lambda: page._asked["checkpoint"] == subject.checkpoint)
    wait_for(qtbot, lambda: not page._filters.waiting and has_history(page))
    wanted = load_file(subject.folder / "model.safetensors")["conv1.weight"]
    shown = page.filters._answer["pictures"]
    assert np.allclose(np.asarray(shown).transpose(0, 3, 1, 2), wanted, atol=1e-6)


def test_ridges_are_walked_by_the_keyboard(page, session, qtbot):
    spread = page.spread
    wait_for(qtbot, lambda: spread.plot.series is not None)
    choose(spread.look, True)
    assert session.settings.value("inspect/spread_ridges", False) is True
    qtbot.keyClick(spread.plot, Qt.Key.Key_End)
    last = spread.plot.series.moments[-1]
    assert spread.note.text().startswith(f"Step {last.step:,}: {number_text(last.low)}")
    qtbot.keyClick(spread.plot, Qt.Key.Key_Escape)
    assert "moment" in spread.note.text()


def test_a_run_of_before_says_that_it_has_no_histograms(page, session, trained, tmp_path, qtbot):
    folder = tmp_path / "runs" / "old"
    shutil.copytree(trained.path, folder)
    (folder / FILE).unlink()
    session.show_run(RunDirectory(folder))

    notice = page.spread.panel.stage.notice
    wait_for(qtbot, lambda: notice.message.text == "This run has no histograms.")


def test_the_untrained_network_has_filters_and_no_history(inspect, qtbot):
    inspect.networks.choose_untrained()
    page = inspect.pages[FiltersPage]
    inspect.focus.want_layer("conv1")
    wait_for(qtbot, lambda: page.filters.answered, 180)

    assert page.filters.views.currentWidget() is page.filters.mosaic
    assert page.filters.history._title == "The untrained network has no history."
    assert "no history" in page.spread.panel.stage.notice.message.text


def test_another_workspace_can_ask_for_a_layers_histograms(inspect, session, trained, qtbot):
    inspect.show_page(type(inspect.image_page))
    session.show_run(trained)
    session.histograms_requested.emit("conv1")

    page = inspect.pages[FiltersPage]
    wait_for(qtbot, lambda: page.isVisible() and page.spread.plot.series is not None, 30)
    assert page.spread.plot.series.node == "conv1"


def test_the_pictures_are_taken_out_as_lines_of_python(page, trained):
    page.filters.picture_button.copy_python()
    lines = QGuiApplication.clipboard().text()

    assert 'filters = cs.filters(run.model, "conv1")' in lines
    assert Path(trained.path).name in lines
    page.spread.picture_button.copy_python()
    assert "cs.histograms(" in QGuiApplication.clipboard().text()
