"""The table of all runs, and what is shown of the selected ones."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from cnnstudio.training.annotations import annotations_of
from cnnstudio.training.paths import with_values
from cnnstudio.training.run_rows import read_row
from cnnstudio.training.rundir import replace_json
from cnnstudio.ui import theme
from cnnstudio.ui.train.runs.axes import scale_of
from cnnstudio.ui.train.runs.columns import number
from cnnstudio.ui.train.runs.difference_view import DifferenceView
from tests.ui.train.conftest import history

Role = Qt.ItemDataRole
NAMES = ("2026-11-24T11-00-00-third", "2026-11-24T10-00-00-second", "2026-11-23T10-00-00-first")
RATES = (0.1, 0.01, 0.001)
ACCURACIES = (0.7, 0.9, 0.8)


@pytest.fixture
def page(workspace, make_run, small_project, open_small, tmp_path, qtbot):
    """Three runs of different learning rates, listed in the page's table."""
    from cnnstudio.graph import save

    for name, rate, accuracy in zip(NAMES, RATES, ACCURACIES, strict=True):
        best = {"epoch": 2, "val_accuracy": accuracy, "val_loss": 1.0 - accuracy}
        run = make_run(name, history(2, scale=rate * 10), best=best)
        save(with_values(small_project, [("training.learning_rate", rate)]), run.project_file)
    open_small.runs.set_roots([tmp_path / "runs"])
    workspace.pages.setCurrentWidget(workspace.all_runs)
    found = workspace.all_runs
    qtbot.waitUntil(lambda: found.model.rowCount() == 3)
    return found


def names(page):
    return [row.run.name for row in page.model.rows]


def cell(page, row, column):
    return page.model.index(row, page.model.columns.index(column))


def click(page, row, column, modifier=Qt.KeyboardModifier.NoModifier):
    place = page.table.visualRect(cell(page, row, column)).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def test_each_run_is_a_row_with_what_differs(page):
    assert names(page) == list(NAMES)
    assert "training.learning_rate" in page.model.columns
    assert "training.epochs" not in page.model.columns
    assert cell(page, 1, "val_accuracy").data() == "90.0 %"
    assert cell(page, 2, "training.learning_rate").data() == "0.001"


def test_a_filter_picks_and_sorts_as_it_is_typed(page, qtbot):
    QTest.keyClicks(page.bar.edit, "accuracy > 0.75 sort:accuracy")
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    assert names(page) == [NAMES[2], NAMES[1]]
    assert page.bar.told.text() == "2 of 3 runs"

    page.bar.edit.setText("acuracy > 1")
    qtbot.waitUntil(lambda: page.bar.edit.property("invalid") == "true")
    assert "no 'acuracy'" in page.bar.told.text()
    assert page.model.rowCount() == 2, "the table stays as it was"


def test_a_click_on_a_head_sorts(page):
    head = page.table.horizontalHeader()
    section = page.model.columns.index("val_accuracy")
    x = head.sectionViewportPosition(section) + head.sectionSize(section) // 2
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, head.height() // 2))
    once = names(page)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, head.height() // 2))
    rising = [NAMES[0], NAMES[2], NAMES[1]]
    assert {tuple(once), tuple(names(page))} == {tuple(rising), tuple(rising[::-1])}


def test_star_tags_and_note_are_edited_in_place_and_kept_on_disk(page, qtbot):
    run = page.model.rows[1].run
    click(page, 1, "star")
    qtbot.waitUntil(lambda: annotations_of(run).star)
    qtbot.waitUntil(lambda: cell(page, 1, "star").data() == "★")

    for column, typed in (("tags", "good, paper"), ("note", "the one to keep")):
        page.table.setCurrentIndex(cell(page, 1, column))
        page.table.edit(cell(page, 1, column))
        editor = page.table.findChild(QLineEdit)
        editor.setText(typed)
        QTest.keyClick(editor, Qt.Key.Key_Return)
        shown = "#good #paper" if column == "tags" else typed
        qtbot.waitUntil(lambda c=column, s=shown: cell(page, 1, c).data() == s)
    assert annotations_of(run).tags == ("good", "paper")
    assert annotations_of(run).note == "the one to keep"


def test_a_star_comes_with_the_space_bar(page, qtbot):
    page.table.setCurrentIndex(cell(page, 0, "name"))
    QTest.keyClick(page.table, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: annotations_of(page.model.rows[0].run).star)


def test_columns_are_chosen_and_remembered(page, open_small):
    page.choose_column("training.batch_size", True)
    page.choose_column("val_loss", False)
    assert "training.batch_size" in page.model.columns
    assert "val_loss" not in page.model.columns
    assert "training.batch_size" in open_small.settings.value("train/run_columns", "")


def test_selected_runs_are_drawn_together_each_in_its_colour(page, qtbot):
    click(page, 0, "name")
    click(page, 2, "name", Qt.KeyboardModifier.ControlModifier)
    first, last = page.model.rows[0].run, page.model.rows[2].run
    lines = page.overlay.lines
    qtbot.waitUntil(lambda: len(page.overlay.lines) == 4)
    lines = page.overlay.lines

    assert {run for run, _ in lines} == {first, last}
    for (run, split), line in lines.items():
        pen = line.opts["pen"]
        assert pen.color() == page.colors[run]
        dashed = pen.style() == Qt.PenStyle.DashLine
        assert dashed == (split == "train")
    x, y = lines[first, "val"].getData()
    assert x.tolist() == [1, 2]
    assert y.tolist() == [event["val_accuracy"] for event in first.metrics()]

    kept = page.colors[last]
    click(page, 0, "name", Qt.KeyboardModifier.ControlModifier)  # the first goes
    assert page.colors == {last: kept}
    assert not cell(page, 2, "name").data(Role.DecorationRole).isNull()


def test_the_difference_of_the_selected_runs_is_shown(page):
    page.tabs.setCurrentWidget(page.difference)
    assert not page.difference.shows_content
    page.table.selectAll()
    assert page.difference.shows_content
    model = page.difference.model
    told = [model.index(0, column).data() for column in range(model.columnCount())]
    assert told == ["Learning rate", "0.1", "0.01", "0.001"]
    assert model.index(0, 0).data(Role.ToolTipRole) == "training.learning_rate"
    assert model.rowCount() == 1


def test_corrections_are_told_by_how_many_there_are(make_run, small_project, qtbot):
    from cnnstudio.graph import save

    rows = []
    corrections = ([("data.left_out", ["1476"])], [("data.relabelled", {"450": "3"})], [])
    for name, changes in zip(NAMES, corrections, strict=True):
        run = make_run(name, [])
        save(with_values(small_project, changes), run.project_file)
        rows.append(read_row(run))

    assert [number("data.left_out", row["data.left_out"]) for row in rows] == [
        "1 left out", "none left out", "none left out",
    ]  # fmt: skip
    scale = scale_of(rows, "data.relabelled")
    assert scale.title == "Relabelled"
    assert scale.marks() == [(0.0, "none relabelled"), (1.0, "1 relabelled")]
    assert [scale.place(row["data.relabelled"]) for row in rows] == [0.0, 1.0, 0.0]

    view = DifferenceView()
    qtbot.addWidget(view)
    view.show_rows(rows, {})
    told = [[view.model.index(row, column).data() for column in range(4)] for row in range(2)]
    assert told == [
        ["Left out", "1 left out", "none left out", "none left out"],
        ["Relabelled", "none relabelled", "1 relabelled", "none relabelled"],
    ]


def test_a_wire_that_differs_is_told_by_its_ends(make_run, small_project, qtbot):
    from cnnstudio.graph import save

    rows = []
    for name, edges in zip(NAMES, (small_project.network.edges, ()), strict=False):
        run = make_run(name, [])
        network = small_project.network.model_copy(update={"edges": tuple(edges)})
        save(small_project.with_network(network), run.project_file)
        rows.append(read_row(run))
    view = DifferenceView()
    qtbot.addWidget(view)
    view.show_rows(rows, {})

    names = {node.id: node.name for node in small_project.network.nodes}
    assert [view.model.index(row, 0).data() for row in range(view.model.rowCount())] == [
        f"{names[edge.source]} → {names[edge.target]}" for edge in small_project.network.edges
    ]


def test_a_brush_on_an_axis_selects_rows(page, qtbot):
    page.tabs.setCurrentWidget(page.parallel)
    qtbot.waitExposed(page.parallel)
    parallel = page.parallel
    assert [scale.column for scale in parallel.scales] == ["training.learning_rate", "val_accuracy"]
    x = round(parallel.axis_x(1))

    top, bottom = (QPoint(x, round(parallel.axis_y(place))) for place in (1.0, 0.4))
    QTest.mousePress(parallel, Qt.MouseButton.LeftButton, pos=top)
    QTest.mouseMove(parallel, bottom)
    QTest.mouseRelease(parallel, Qt.MouseButton.LeftButton, pos=bottom)

    assert {run.name for run in page.selected} == {NAMES[1], NAMES[2]}
    QTest.keyClick(parallel, Qt.Key.Key_Escape)
    assert page.selected == []
    QTest.keyClick(parallel, Qt.Key.Key_Up)  # the current axis's lower end rises
    assert NAMES[0] not in {run.name for run in page.selected}


def test_generated_images_are_called_so_in_the_table(page, open_small, qtbot):
    run = page.model.rows[0].run
    replace_json(run.path / "data.json", {"generated": True})
    open_small.runs.status.emit(run, run.status())
    qtbot.waitUntil(lambda: cell(page, 0, "data").data() == "digits (generated)")
    assert cell(page, 1, "data").data() == "digits"
    page.table.selectAll()
    label = page.overlay.plot.getPlotItem().getAxis("bottom")
    qtbot.waitUntil(lambda: "generated images in some of the runs" in label.labelText)


def test_a_run_is_selected_when_the_page_is_first_seen(page, qtbot):
    assert len(page.selected) == 1
    qtbot.waitUntil(lambda: bool(page.overlay.lines))


def test_a_table_of_the_selected_runs_is_written(page, tmp_path, qtbot):
    from cnnstudio.ui.train.runs.exports import FILES

    page.table.select_runs([])
    assert not page.exports.actions["Table as CSV…"].isEnabled()
    page.table.selectAll()
    assert not page.exports.actions["Curves as CSV…"].isEnabled(), "of one run alone"
    target = tmp_path / "runs.csv"
    page.exports.write_table(target, FILES[0][2])
    qtbot.waitUntil(target.exists)
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [float(row["training.learning_rate"]) for row in rows] == list(RATES)


def test_the_report_is_written_by_the_kernel(page, open_small, tmp_path, qtbot):
    page.table.selectRow(0)
    target = tmp_path / "report.html"
    told = []
    open_small.told.connect(told.append)
    page.exports.write_report(target)
    qtbot.waitUntil(lambda: any("Written to" in message.text for message in told), timeout=60_000)
    assert "<svg" in target.read_text()


def test_colours_follow_the_theme(page, open_small, qtbot):
    page.table.selectRow(0)
    light = page.colors[page.selected[0]]
    open_small.set_theme("dark")
    assert page.colors[page.selected[0]] != light
    assert page.colors[page.selected[0]] == theme.run_color(0)
