from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

from cnnstudio.graph import DataSettings, TrainingSettings
from cnnstudio.layers.catalogue import catalogue
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui.forms import Form, parameters_of_settings
from cnnstudio.ui.forms.texts import read, write

Key = Qt.Key


def shown_form(qtbot, parameters) -> tuple[Form, list]:
    form = Form(parameters)
    qtbot.addWidget(form)
    edits: list = []
    form.edited.connect(lambda *edit: edits.append(edit))
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form, edits


@pytest.fixture
def conv(qtbot):
    return shown_form(qtbot, catalogue["Conv2d"].parameters)


@pytest.fixture
def training(qtbot):
    return shown_form(qtbot, parameters_of_settings(TrainingSettings))


def retype(qtbot, editor, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_values_are_shown_without_telling_of_an_edit(conv):
    form, edits = conv
    form.show_values({"out_channels": 64, "kernel_size": [5, 3], "padding": "valid"})

    assert form.editor("out_channels").text() == "64"
    assert form.editor("kernel_size").text() == "5 × 3"
    assert form.editor("padding").text() == "valid"
    assert form.editor("bias").isChecked()
    assert edits == []


def test_typing_a_number_tells_each_valid_value(conv, qtbot):
    form, edits = conv
    retype(qtbot, form.editor("out_channels"), "64")

    assert edits == [("out_channels", 6, True), ("out_channels", 64, True)]


@pytest.mark.parametrize("text", ["3x5", "3,5", "3 × 5", "3 5", "(3, 5)", "3X5"])
def test_a_size_is_read_in_many_ways(text):
    assert read(catalogue["Conv2d"].parameter("kernel_size"), text) == [3, 5]


def test_one_number_stands_for_both_directions(conv, qtbot):
    form, edits = conv
    retype(qtbot, form.editor("kernel_size"), "7")

    assert edits == [("kernel_size", [7, 7], True)]


def test_a_word_may_stand_for_a_size(conv, qtbot):
    form, edits = conv
    retype(qtbot, form.editor("padding"), "Valid")

    assert edits[-1][:2] == ("padding", "valid")


def test_what_is_not_valid_stays_is_explained_and_is_not_told(conv, qtbot):
    form, edits = conv
    editor = form.editor("kernel_size")
    retype(qtbot, editor, "0")

    assert editor.text() == "0"
    assert editor.property("invalid") == "true"
    error = form.field("kernel_size").error
    assert error.isVisible() and error.text() == "Kernel size should be at least 1."
    assert edits == []

    qtbot.keyClick(editor, Key.Key_Backspace)
    assert error.text() == "Kernel size needs a value."
    qtbot.keyClicks(editor, "5")
    assert not error.isVisible() and editor.property("invalid") is None
    assert edits == [("kernel_size", [5, 5], True)]


def test_text_being_typed_is_tidied_when_the_field_is_left(conv, qtbot):
    form, _ = conv
    editor = form.editor("kernel_size")
    retype(qtbot, editor, "5x3")
    form.show_values({"kernel_size": [5, 3]})
    assert editor.text() == "5x3"

    form.editor("stride").setFocus()
    assert editor.text() == "5 × 3"


def test_a_mistake_outlives_news_that_do_not_concern_it(conv, qtbot):
    form, _ = conv
    retype(qtbot, form.editor("out_channels"), "0")
    form.show_values({"out_channels": 32, "bias": False})

    assert form.editor("out_channels").text() == "0"
    assert form.field("out_channels").error.isVisible()


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_escape_and_undo_take_back_a_mistake(conv, qtbot, key, modifier):
    form, edits = conv
    retype(qtbot, form.editor("out_channels"), "0")
    qtbot.keyClick(form.editor("out_channels"), key, modifier)

    assert form.editor("out_channels").text() == "32" and edits == []
    assert not form.field("out_channels").error.isVisible()


def test_another_value_from_outside_replaces_a_mistake(conv, qtbot):
    form, _ = conv
    retype(qtbot, form.editor("out_channels"), "0")
    form.editor("stride").setFocus()

    form.show_values({"out_channels": 16})

    assert form.editor("out_channels").text() == "16"
    assert not form.field("out_channels").error.isVisible()


def test_arrow_keys_step_whole_numbers_and_share_one_step(conv, qtbot):
    form, edits = conv
    editor = form.editor("out_channels")
    editor.setFocus()
    for key in (Key.Key_Up, Key.Key_Up, Key.Key_PageDown):
        qtbot.keyClick(editor, key)

    assert [value for _, value, _ in edits] == [33, 34, 24]
    assert len({merge for _, _, merge in edits}) == 1
    assert edits[0][2] is not True


def test_arrow_keys_step_a_learning_rate_by_tenths_and_pages_by_decades(training, qtbot):
    form, edits = training
    editor = form.editor("learning_rate")
    editor.setFocus()
    for key in (Key.Key_Up, Key.Key_Down, Key.Key_Down, Key.Key_PageUp):
        qtbot.keyClick(editor, key)

    assert [value for _, value, _ in edits] == [0.0011, 0.001, 0.00099, 0.0099]


def test_a_learning_rate_is_read_in_powers_of_ten(training, qtbot):
    form, edits = training
    retype(qtbot, form.editor("learning_rate"), "3e-4")

    assert edits[-1] == ("learning_rate", 3e-4, True)


def test_an_open_limit_is_explained(training, qtbot):
    form, edits = training
    retype(qtbot, form.editor("learning_rate"), "0")

    assert form.field("learning_rate").error.text() == "Learning rate should be more than 0."
    assert edits == []


def test_the_arrows_at_the_right_end_step(conv, qtbot):
    form, edits = conv
    editor = form.editor("out_channels")
    right = editor.width() - 8
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(right, 6))
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(right, editor.height() - 6))

    assert [value for _, value, _ in edits] == [33, 32]


def turn_wheel(widget, up: int = 120) -> None:
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place, widget.mapToGlobal(place), QPoint(), QPoint(0, up), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("name", ["epochs", "device"])
def test_the_wheel_changes_only_the_field_that_has_the_keyboard(training, qtbot, name):
    form, edits = training
    form.editor("seed").setFocus()
    turn_wheel(form.editor(name), -120)
    assert edits == []

    form.editor(name).setFocus()
    qtbot.waitUntil(form.editor(name).hasFocus)
    turn_wheel(form.editor(name), -120)
    assert [edit[0] for edit in edits] == [name]


def test_a_check_box_and_a_choice_tell_their_values(training, conv, qtbot):
    form, edits = conv
    box = form.editor("bias")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert edits == [("bias", False, False)]
    qtbot.keyClick(box, Key.Key_Space)
    assert edits[-1] == ("bias", True, False)

    form, edits = training
    qtbot.keyClicks(form.editor("device"), "cu")
    assert edits[-1][:2] == ("device", "cuda")


def test_an_optional_field_may_be_empty(qtbot):
    form, edits = shown_form(qtbot, catalogue["MaxPool2d"].parameters)
    retype(qtbot, form.editor("stride"), "2")
    qtbot.keyClick(form.editor("stride"), Key.Key_Backspace)

    assert edits == [("stride", [2, 2], True), ("stride", None, True)]


def test_a_value_that_differs_from_the_default_is_marked_and_can_be_reset(conv, qtbot):
    form, edits = conv
    field = form.field("out_channels")
    assert not field.label.marked
    form.show_values({"out_channels": 64})
    assert field.label.marked

    editor = form.editor("out_channels")
    qtbot.mouseClick(editor, Qt.MouseButton.LeftButton)
    QApplication.sendEvent(editor, _context_menu_event(editor))
    menu = next(m for m in QApplication.topLevelWidgets() if isinstance(m, QMenu) and m.isVisible())
    reset = next(action for action in menu.actions() if action.objectName() == "reset")
    assert reset.text() == "Reset to default (32)"
    reset.trigger()
    menu.close()

    assert edits == [("out_channels", 32, False)]
    assert editor.text() == "32" and not field.label.marked


def _context_menu_event(widget):
    from PySide6.QtGui import QContextMenuEvent

    place = widget.rect().center()
    return QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))


def test_advanced_parameters_are_folded_and_say_how_many_are_changed(conv, qtbot):
    form, _ = conv
    assert not form.editor("groups").isVisible()
    form.show_values({"groups": 2})
    fold = form.findChild(object, "advanced")
    assert fold.text() == "Advanced · 1 changed"

    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert form.editor("groups").isVisible()


def test_an_error_at_an_advanced_parameter_unfolds_it(conv):
    form, _ = conv
    form.show_error("groups", "Groups must divide the channels.")
    assert form.field("groups").error.isVisible()
    form.clear_errors()
    assert not form.field("groups").error.isVisible()


def test_a_read_only_form_takes_no_edits(conv, qtbot):
    form, edits = conv
    form.set_read_only(True)
    retype(qtbot, form.editor("out_channels"), "7")
    qtbot.keyClick(form.editor("out_channels"), Key.Key_Up)
    qtbot.mouseClick(form.editor("bias"), Qt.MouseButton.LeftButton)

    assert edits == [] and form.editor("out_channels").text() == "32"


def test_every_editor_has_a_name_and_says_what_it_is_for():
    for kind in catalogue.values():
        form = Form(kind.parameters)
        for parameter in kind.parameters:
            editor = form.editor(parameter.name)
            assert editor.objectName() == parameter.name
            assert editor.accessibleName() == parameter.title
            assert editor.accessibleDescription() == parameter.help


def test_settings_become_parameters():
    data = {p.name: p for p in parameters_of_settings(DataSettings)}
    assert set(data) == {
        "dataset", "resize", "validation", "test", "seed", "normalize", "shuffled_labels",
    }  # fmt: skip
    assert data["resize"].choices == ("resize", "crop", "pad")
    assert data["resize"].title == "Fit to input"
    assert (data["validation"].minimum, data["validation"].maximum) == (0.0, 0.8)
    names = [p.name for p in parameters_of_settings(TrainingSettings, ["seed", "epochs"])]
    assert names == ["seed", "epochs"]
    with pytest.raises(TypeError, match="optimizer"):
        parameters_of_settings(TrainingSettings, ["optimizer"])


def of_type(kind, **more) -> Parameter:
    return Parameter("p", "P", kind, None, "help", **more)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_reads_as_it_was_written(value):
    assert read(of_type("float"), write(of_type("float"), value)) == value


@given(st.integers(-(10**18), 10**18))
def test_any_whole_number_reads_as_it_was_written(value):
    assert read(of_type("int"), write(of_type("int"), value)) == value


@given(st.lists(st.integers(-99, 99), min_size=1, max_size=4))
def test_any_list_reads_as_it_was_written(values):
    for parameter in (of_type("ints"), of_type("size", rank=len(values))):
        assert read(parameter, write(parameter, values)) == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4))
def test_any_list_of_numbers_reads_as_it_was_written(values):
    assert read(of_type("floats"), write(of_type("floats"), values)) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [("1, 2, 3, 4", [1, 2, 3, 4]), ("1 −2 3 4", [1, -2, 3, 4]), ("2", [2, 2, 2, 2])],
)
def test_the_sides_of_a_padding_are_read(text, value):
    assert read(catalogue["ZeroPad2d"].parameter("padding"), text) == value


@pytest.mark.parametrize(
    ("kind", "name", "text", "told"),
    [
        ("ZeroPad2d", "padding", "1, 2", "one whole number, or 4, such as 1, 1, 1, 1"),
        ("ZeroPad2d", "padding", "wide", "one whole number, or 4, such as 1, 1, 1, 1"),
        ("Standardize", "mean", "bright", "numbers, such as 0.5, 1e-3"),
    ],
)
def test_what_is_no_list_is_told_with_an_example(kind, name, text, told):
    with pytest.raises(ValueError, match=told):
        read(catalogue[kind].parameter(name), text)


@pytest.mark.parametrize("kind", catalogue.values(), ids=lambda kind: kind.kind)
def test_every_default_of_the_catalogue_reads_as_it_is_written(kind):
    for parameter in kind.parameters:
        if parameter.type not in ("bool", "choice"):
            default = parameter.default
            plain = list(default) if isinstance(default, tuple) else default
            assert read(parameter, write(parameter, default)) == plain


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text):
    for name in ("out_channels", "kernel_size", "padding", "padding_mode"):
        try:
            read(catalogue["Conv2d"].parameter(name), text)
        except ValueError as error:
            assert str(error).startswith(("should be", "needs a value"))
