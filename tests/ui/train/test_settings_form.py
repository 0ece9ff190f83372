from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from cnnstudio.graph import Document, SetSetting
from cnnstudio.ui.curve_plot import CurvePlot, plain_number
from cnnstudio.ui.train.schedule_row import learning_rates


@pytest.fixture
def form(workspace):
    return workspace.settings


def type_into(editor, text: str) -> None:
    line = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def training(session):
    return session.project.training


def test_typing_changes_the_project_in_one_undo_step(form, open_small):
    type_into(form.main.editor("epochs"), "25")

    assert training(open_small).epochs == 25
    assert open_small.undo.count() == 1
    open_small.undo.undo()
    assert training(open_small).epochs == 2
    assert form.main.field("epochs").value == 2


def test_every_setting_is_reached(form, open_small):
    for part, name, text, value in (
        (form.main, "batch_size", "16", 16),
        (form.main, "learning_rate", "0.05", 0.05),
        (form.machine, "seed", "7", 7),
        (form.machine, "threads", "2", 2),
        (form.machine, "checkpoint_every", "3", 3),
    ):
        type_into(part.editor(name), text)
        assert getattr(training(open_small), name) == value


def test_what_is_impossible_stays_in_its_field_and_says_why(form, open_small):
    type_into(form.main.editor("learning_rate"), "-1")

    assert training(open_small).learning_rate == 1e-3
    assert form.main.field("learning_rate").error.isVisible()


def test_a_mistake_takes_back_what_its_beginning_meant(form, open_small):
    type_into(form.main.editor("learning_rate"), "1e30")

    field = form.main.field("learning_rate")
    assert field.error.text() == "Learning rate should be at most 100."
    assert training(open_small).learning_rate == field.value == 1e-3
    assert open_small.undo.count() == 0 and open_small.undo.isClean()

    QTest.keyClick(field.editor, Qt.Key.Key_Backspace)
    assert training(open_small).learning_rate == 1e-3  # 1e3 is no less a mistake
    type_into(field.editor, "1e-2")
    assert training(open_small).learning_rate == 0.01
    assert open_small.undo.count() == 1
    open_small.undo.undo()
    assert training(open_small).learning_rate == 1e-3


def test_a_mistake_leaves_the_value_that_was_entered_before_it(form, open_small):
    editor = form.main.editor("epochs")
    type_into(editor, "25")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    type_into(editor, "3x")

    assert training(open_small).epochs == 25
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.text() == "25"


def choose(form, kind: str) -> None:
    box = form.kind_form.editor("kind")
    box.setFocus()
    QTest.keyClicks(box, kind)


def test_another_optimizer_brings_its_own_parameters(form, open_small, qtbot):
    choose(form.optimizer, "SGD")

    assert training(open_small).optimizer.model_dump() == {"kind": "SGD", "parameters": {}}
    type_into(form.optimizer.parameters_form.editor("momentum"), "0.5")
    assert training(open_small).optimizer.parameters == {"momentum": 0.5}

    open_small.undo.undo()
    open_small.undo.undo()
    assert training(open_small).optimizer.kind == "AdamW"
    decay = form.optimizer.parameters_form.editor("weight_decay")
    qtbot.waitUntil(decay.isVisible)


def test_the_losses_parameters_are_set(form, open_small):
    type_into(form.loss.parameters_form.editor("label_smoothing"), "0.1")

    assert training(open_small).loss.parameters == {"label_smoothing": 0.1}


def test_another_project_shows_its_own_settings(form, open_small, small_project):
    settings = small_project.training.model_copy(update={"epochs": 77})
    open_small.replace_document(Document(small_project.model_copy(update={"training": settings})))

    assert form.main.field("epochs").value == 77


def test_an_optimizer_that_is_not_known_is_shown_and_kept(form, open_small):
    open_small.apply(
        SetSetting(section="training", name="optimizer", value={"kind": "Lion", "parameters": {}})
    )

    assert form.optimizer.kind_form.field("kind").value == "Lion"
    type_into(form.main.editor("epochs"), "3")
    assert training(open_small).optimizer.kind == "Lion"


def test_a_schedule_is_drawn_before_the_run(form, open_small):
    assert not form.curve.plot.isVisible()
    cosine = {"kind": "CosineAnnealing", "parameters": {}}
    open_small.apply(SetSetting(section="training", name="schedule", value=cosine))
    open_small.apply(SetSetting(section="training", name="warmup", value=0.2))
    assert form.curve.plot.isVisible()
    epochs, rates = learning_rates(open_small.project.training)
    training = open_small.project.training
    assert (epochs[0], round(epochs[-1])) == (0.0, training.epochs)
    assert rates[0] < 0.1 * training.learning_rate and rates[-1] < 0.01 * training.learning_rate
    assert 0.8 * training.learning_rate < max(rates) < training.learning_rate
    assert form.curve.plot.captions == ["epochs 0 … 2", f"learning rate {ends(rates)}"]


def ends(values: list[float]) -> str:
    return f"{plain_number(min(values))} … {plain_number(max(values))}"


def test_the_ends_of_a_curve_are_its_own_and_stand_apart(qtbot):
    plot = CurvePlot(("epochs", "learning rate"))
    qtbot.addWidget(plot)
    plot.show_curve([0, 10], [0.0123456, 1e-5], "Convolution", "the learning rate")
    assert plot.captions[1] == plot.accessibleDescription().split("; ")[1]
    assert plot.captions[1] == "learning rate 1e−5 … 0.0123"

    for width in (400, 140):
        plot.resize(width, plot.height())
        first, second = plot.caption_places()
        assert not first.intersects(second) and plot.rect().toRectF().contains(first)
        assert (first.top() == second.top()) == (width == 400)


def test_what_a_plateau_does_is_said_since_it_cannot_be_drawn(form, open_small):
    plateau = {"kind": "ReduceLROnPlateau", "parameters": {}}
    open_small.apply(SetSetting(section="training", name="schedule", value=plateau))
    assert not form.curve.plot.isVisible()
    assert "no more progress" in form.curve.note.text()


def test_a_wrong_schedule_is_said_at_its_curve(form, open_small):
    wrong = {"kind": "StepLR", "parameters": {"step_size": 0}}
    open_small.apply(SetSetting(section="training", name="schedule", value=wrong))
    assert "should be at least 1" in form.curve.note.text()


def test_metrics_of_each_epoch_are_ticked_as_they_are_declared(form, open_small):
    assert form.live.boxes["top_k"].text() == "Top-5 accuracy"
    form.ensureWidgetVisible(form.live)
    box = form.live.boxes["recall"]
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert training(open_small).live_metrics == ("recall", "f1")
    open_small.undo.undo()
    assert training(open_small).live_metrics == ("f1",) and not box.isChecked()
