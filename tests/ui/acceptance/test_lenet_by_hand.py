"""From a blank canvas to a trained LeNet and its heatmap, with the pointer and the keyboard."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from cnnstudio.graph import load
from cnnstudio.ui.design.palette_model import LAYER
from cnnstudio.ui.main_window import MainWindow
from tests.ui.acceptance.person import Person, dialog_named, item_on_screen, on_screen

pytestmark = [
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        sys.platform != "linux" or shutil.which("xdotool") is None, reason="needs X and xdotool"
    ),
]

# What is dragged from the palette, the names that the nodes get, and what is typed in the form.
LENET: list[tuple[str, str, dict[str, str]]] = [
    ("Input", "input1", {"shape": "1x28x28"}),
    ("Conv2d", "conv1", {"out_channels": "6", "kernel_size": "5", "padding": "2"}),
    ("ReLU", "relu1", {}),
    ("MaxPool2d", "maxpool1", {}),
    ("Conv2d", "conv2", {"out_channels": "16", "kernel_size": "5", "padding": "0"}),
    ("ReLU", "relu2", {}),
    ("MaxPool2d", "maxpool2", {}),
    ("Flatten", "flatten1", {}),
    ("Linear", "linear1", {"out_features": "120"}),
    ("ReLU", "relu3", {}),
    ("Linear", "linear2", {"out_features": "84"}),
    ("ReLU", "relu4", {}),
    ("Linear", "linear3", {"out_features": "10"}),
    ("Output", "output1", {}),
]
ROWS = 5


@pytest.fixture
def window(session, qtbot):
    made = MainWindow(session)
    qtbot.addWidget(made, before_close_func=lambda window: setattr(window, "_may_close", True))
    made.show_gallery()
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made


@pytest.fixture
def person(qtbot, window) -> Person:
    made = Person(qtbot)
    made.wait(lambda: QApplication.activeWindow() is window)
    return made


def test_lenet_by_hand(window, person, tmp_path):
    person.click(window.gallery.findChild(QObject, "card_blank"))
    person.wait(lambda: "design" in window.workspaces)
    drag_layers_in(window, person)
    draw_wires(window, person)
    fill_in_forms(window, person)
    session = window.session
    person.wait(lambda: session.report is not None and session.report.ok)
    assert session.report.shapes["flatten1"] == [400]
    assert session.report.parameters == 61706

    choose_digits(window, person)
    save_as(window, person, tmp_path / "lenet.cnns")
    train(window, person)
    summary = json.loads((session.run.path / "predictions.json").read_text("utf-8"))
    assert summary["split"] == "test"
    assert summary["accuracy"] >= 0.97, summary["accuracy"]

    reopen(window, person, tmp_path / "lenet.cnns")
    see_the_heatmap(window, person)


def drag_layers_in(window, person):
    """Column by column, five cards high."""
    design = window.workspaces["design"]
    palette, canvas = design.palette_panel, design.canvas
    corner = canvas.viewport().mapToGlobal(canvas.viewport().rect().topLeft())
    for index, (kind, name, _) in enumerate(LENET):
        column, row = divmod(index, ROWS)
        person.click(palette.search, times=3)
        person.type(kind)
        place = next(rect for rect, found in palette_items(palette) if found == kind)
        target = corner + QPoint(140 + 265 * column, 90 + 140 * row)
        person.drag(item_on_screen(palette.list, place), target)
        person.wait(lambda name=name: name in canvas.canvas_scene.nodes, 5)
    kinds = {node.name: node.kind for node in window.session.project.network.nodes}
    assert kinds == {name: kind for kind, name, _ in LENET}


def palette_items(palette):
    model = palette.list.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        layer = index.data(LAYER)
        yield palette.list.visualRect(index), layer.kind if layer else None


def draw_wires(window, person):
    canvas = window.workspaces["design"].canvas
    nodes = canvas.canvas_scene.nodes
    for (_, source, _), (_, target, _) in pairwise(LENET):
        start: QPointF = nodes[source].port(0, True)
        end: QPointF = nodes[target].port(0, False)
        person.drag(on_screen(canvas, start), on_screen(canvas, end))
    person.wait(lambda: len(window.session.project.network.edges) == len(LENET) - 1, 5)


def fill_in_forms(window, person):
    design = window.workspaces["design"]
    for _, name, typed in LENET:
        if not typed:
            continue
        person.click(on_screen(design.canvas, design.canvas.canvas_scene.nodes[name].rect.center()))
        for parameter, text in typed.items():
            field = design.inspector.findChild(QLineEdit, parameter)
            person.wait(lambda field=field: field is not None and field.isVisible(), 5)
            person.click(field)
            person.press("ctrl+a")
            person.type(text)
            person.press("Tab")


def choose_digits(window, person):
    person.click(window.rail.findChild(QObject, "rail_data"))
    person.wait(lambda: "data" in window.workspaces)
    box = window.workspaces["data"].settings.dataset
    person.click(box)
    person.wait(lambda: box.view().isVisible(), 5)
    row = box.findData("digits")
    person.click(item_on_screen(box.view(), box.view().visualRect(box.model().index(row, 0))))
    person.wait(lambda: window.session.project.data.dataset == "digits", 5)


def save_as(window, person, path: Path):
    person.press("ctrl+s")
    fill_in_dialog(person, "save_dialog", path)
    person.wait(lambda: path.exists() and not window.isWindowModified(), 10)


def fill_in_dialog(person, name: str, path: Path):
    person.wait(lambda: dialog_named(name) is not None, 10)
    dialog = dialog_named(name)
    assert isinstance(dialog, QFileDialog)
    person.wait(lambda: QApplication.activeWindow() is dialog, 10)
    person.press("ctrl+a")
    person.type(str(path))
    person.press("Return")


def train(window, person):
    person.click(window.rail.findChild(QObject, "rail_train"))
    form = window.workspaces["train"].settings
    settings = {
        "epochs": "20", "batch_size": "32", "learning_rate": "0.002", "label_smoothing": "0.1",
    }  # fmt: skip
    for name, text in settings.items():
        person.click(form.findChild(QLineEdit, name))
        person.press("ctrl+a")
        person.type(text)
        person.press("Tab")
    person.press("ctrl+s")
    person.click(window.top_bar.run_bar.findChild(QObject, "run_main"))
    person.wait(lambda: window.control.state == "running", 60)
    person.wait(lambda: window.control.state not in ("queued", "running"), 240)
    assert window.control.state == "finished"
    assert window.workspaces["train"].plots.isVisible()


def reopen(window, person, path: Path):
    before = window.session.project
    person.press("ctrl+n")
    person.wait(lambda: not window.session.project.network.nodes, 10)
    person.press("ctrl+o")
    fill_in_dialog(person, "open_dialog", path)
    person.wait(lambda: window.session.project == before, 10)
    assert load(path) == before


def see_the_heatmap(window, person):
    person.click(window.rail.findChild(QObject, "rail_inspect"))
    inspect = window.workspaces["inspect"]
    person.wait(lambda: inspect.image_page.heat.view.image is not None, 60)
    view = inspect.image_page.heat.view
    heat = np.array([[view.heat_at(x, y) for x in range(28)] for y in range(28)])
    assert np.isfinite(heat).all()
    assert heat.max() > heat.min() >= 0.0
    assert inspect.image_page.prediction.isVisible()
