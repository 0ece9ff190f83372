from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QStyle, QStyleOptionSlider, QToolButton

from cnnstudio.graph import Document, Learning, Node, RemoveNode, SetParameter
from cnnstudio.layers.catalogue import catalogue
from tests.ui.conftest import wait_for
from tests.ui.design.conftest import retype

Key = Qt.Key


def page(workspace):
    return workspace.inspector.node_page


def test_typing_changes_the_document_and_undo_takes_it_back_as_one_step(
    workspace, open_small, qtbot
):
    open_small.select(["n1"])
    editor = page(workspace).form.editor("out_channels")
    assert editor.text() == "4"

    retype(qtbot, editor, "64")
    assert open_small.project.network.node("n1").parameters["out_channels"] == 64
    assert open_small.undo.count() == 1

    open_small.undo.undo()
    assert open_small.project.network.node("n1").parameters["out_channels"] == 4
    assert editor.text() == "4"


def test_a_mistake_says_so_and_leaves_the_document(workspace, open_small, qtbot):
    before = open_small.project
    open_small.select(["n1"])
    form = page(workspace).form
    retype(qtbot, form.editor("kernel_size"), "three")

    error = form.field("kernel_size").error
    assert error.isVisible()
    assert error.text() == "Kernel size should be 2 whole numbers, such as 3 × 3."
    assert open_small.project == before and open_small.undo.count() == 0


def test_undo_in_a_field_is_the_documents(workspace, open_small, qtbot):
    undo = open_small.actions.add("edit.undo", "Undo", open_small.undo.undo, "Ctrl+Z")
    workspace.addAction(undo)
    open_small.select(["n1"])
    editor = page(workspace).form.editor("out_channels")
    retype(qtbot, editor, "64")
    qtbot.keyClick(editor, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    assert open_small.project.network.node("n1").parameters["out_channels"] == 4
    assert editor.text() == "4" and open_small.undo.index() == 0


def test_escape_leads_from_a_field_to_the_canvas(workspace, open_small, qtbot):
    open_small.select(["n1"])
    editor = page(workspace).form.editor("out_channels")
    editor.setFocus()
    qtbot.keyClick(editor, Key.Key_Escape)

    assert workspace.canvas.hasFocus() and open_small.selection == ["n1"]


def test_the_default_is_kept_out_of_the_file(workspace, open_small, qtbot):
    open_small.select(["n1"])
    retype(qtbot, page(workspace).form.editor("out_channels"), "32")

    assert "out_channels" not in open_small.project.network.node("n1").parameters


def test_a_change_from_elsewhere_is_shown(workspace, open_small):
    open_small.select(["n1"])
    open_small.apply(SetParameter(node_id="n1", name="bias", value=False))

    assert not page(workspace).form.editor("bias").isChecked()


def test_each_layer_gets_the_form_of_its_declaration(workspace, open_small):
    for id, names in (("n0", ["shape"]), ("n4", ["out_features", "bias"]), ("n2", [])):
        open_small.select([id])
        kind = open_small.project.network.node(id).kind
        assert [p.name for p in catalogue[kind].parameters if not p.advanced] == names
        for name in names:
            assert page(workspace).form.editor(name).isVisible()


def test_shapes_and_cost_come_from_the_check(workspace, open_small, qtbot):
    open_small.select(["n1"])
    wait_for(qtbot, lambda: "→" in page(workspace).cost.text())
    text = page(workspace).cost.text().replace("\u00a0", " ")

    assert text == "1×28×28 → 4×28×28 · 40 parameters · 28,224 multiply-adds"


def test_a_node_is_renamed_with_enter_and_a_bad_name_is_refused(workspace, open_small, qtbot):
    open_small.select(["n1"])
    name = page(workspace).name
    retype(qtbot, name, "class")
    assert name.problem.isVisible()
    qtbot.keyClick(name, Key.Key_Return)
    assert open_small.project.network.node("n1").name == "conv1"

    retype(qtbot, name, "relu1")
    assert name.problem.text() == "Another node is called 'relu1'."
    qtbot.keyClick(name, Key.Key_Escape)
    assert name.text() == "conv1" and not name.problem.isVisible()

    retype(qtbot, name, "stem")
    qtbot.keyClick(name, Key.Key_Return)
    assert open_small.project.network.node("n1").name == "stem"
    assert open_small.undo.undoText() == "Rename to stem"


def test_a_rename_belongs_to_the_node_it_was_typed_for(workspace, open_small, qtbot):
    open_small.select(["n1"])
    retype(qtbot, page(workspace).name, "stem")
    open_small.select(["n2"])

    network = open_small.project.network
    assert (network.node("n1").name, network.node("n2").name) == ("stem", "relu1")
    assert page(workspace).name.text() == "relu1"


def test_a_problem_is_told_with_its_remedy(broken, session, qtbot):
    session.select(["n4"])
    rows = page(broken).problems
    assert rows.isVisible()
    fix = rows.findChild(QPushButton, "fix")
    assert fix.text() == "Insert Flatten"

    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert "Flatten" in [node.kind for node in session.project.network.nodes]
    assert session.undo.count() == 1
    wait_for(qtbot, lambda: not session.report.problems)
    assert not rows.isVisible()


def test_help_shows_an_activations_curve(workspace, open_small, qtbot):
    open_small.select(["n2"])
    help = page(workspace).help
    wait_for(qtbot, lambda: help.curve.points > 100)
    assert help.curve.isVisible()
    assert help.curve.accessibleName() == "Curve of ReLU"

    open_small.select(["n1"])
    assert not help.curve.isVisible()


def test_an_unknown_kind_is_shown_as_it_is(workspace, open_small):
    project = open_small.project
    odd = Node(id="x", kind="Mystery", name="odd", parameters={"depth": [1, 2], "note": "hi"})
    network = project.network.replace(nodes=[*project.network.nodes, odd])
    open_small.replace_document(Document(project.with_network(network)))
    open_small.select(["x"])

    form = page(workspace).form
    assert form.editor("depth").text() == "[1, 2]" and form.editor("depth").isReadOnly()
    assert "no layer called Mystery" in page(workspace)._note.text()


def test_without_a_selection_the_project_is_shown_and_named(workspace, open_small, qtbot):
    overview = workspace.inspector.overview_page
    assert overview.isVisible()
    retype(qtbot, overview.name, "digits")
    assert open_small.project.name == "digits" and open_small.undo.count() == 1
    qtbot.keyClicks(overview.findChild(QPlainTextEdit, "project_description"), "Reads digits.")
    assert open_small.project.description == "Reads digits."

    wait_for(qtbot, lambda: overview.findChild(object, "overview_parameters").text() == "31,410")
    assert overview.findChild(object, "overview_layers").text() == "6"


def test_of_several_layers_the_number_cost_and_actions_are_shown(workspace, open_small, qtbot):
    open_small.select(["n1", "n2", "n3"])
    several = workspace.inspector.several_page
    assert several.findChild(object, "selected_count").text() == "3 layers"

    delete = several.findChild(QPushButton, "do_edit.delete")
    qtbot.mouseClick(delete, Qt.MouseButton.LeftButton)
    assert len(open_small.project.network.nodes) == 3
    assert workspace.inspector.overview_page.isVisible()


def test_a_deleted_node_leaves_the_inspector(workspace, open_small):
    open_small.select(["n1"])
    open_small.apply(RemoveNode(node_id="n1"))

    assert workspace.inspector.overview_page.isVisible()


def test_dragging_a_slider_is_one_undo_step(workspace, session, small_project, qtbot):
    drop = Node(id="drop", kind="Dropout", name="drop")
    network = small_project.network.replace(nodes=(*small_project.network.nodes, drop))
    session.replace_document(Document(small_project.with_network(network)))
    session.select(["drop"])
    field = page(workspace).form.field("p")
    slider = field.slider
    left = Qt.MouseButton.LeftButton
    wait_for(qtbot, lambda: slider.isVisible())
    qtbot.wait(50)  # for the layout
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    middle = handle.center()
    assert slider.value() == 50

    qtbot.mousePress(slider, left, pos=middle)
    seen = set()
    for step in range(1, 25, 3):
        qtbot.mouseMove(slider, middle - type(middle)(step, 0))
        seen.add(session.project.network.node("drop").parameters.get("p", 0.5))
    qtbot.mouseRelease(slider, left, pos=middle - type(middle)(24, 0))

    assert len(seen) > 3
    assert 0.0 < min(seen) < 0.3
    assert float(field.editor.text()) == min(seen)
    assert session.undo.count() == 1
    session.undo.undo()
    assert slider.value() == 50


def test_how_a_layer_learns_is_set_and_marked_on_its_card(workspace, open_small, qtbot):
    wait_for(qtbot, lambda: open_small.report is not None)
    open_small.select(["n1"])
    form = page(workspace).form
    form.findChild(QToolButton, "advanced").click()
    form.editor("learning_frozen").click()
    retype(qtbot, form.editor("learning_rate"), "0.1")
    assert open_small.network.node("n1").learning == Learning(frozen=True, rate=0.1)
    assert workspace.canvas.canvas_scene.nodes["n1"].content.frozen
    retype(qtbot, form.editor("learning_rate"), "0")
    assert form.field("learning_rate").error.isVisible()
    assert open_small.network.node("n1").learning.rate == 0.1
    open_small.undo.undo()
    open_small.undo.undo()
    assert open_small.network.node("n1").learning is None
    assert not workspace.canvas.canvas_scene.nodes["n1"].content.frozen


def test_a_layer_without_weights_is_not_asked_how_it_learns(workspace, open_small, qtbot):
    wait_for(qtbot, lambda: open_small.report is not None)
    relu = next(n for n in open_small.network.nodes if n.kind == "ReLU")
    open_small.select([relu.id])
    assert "learning_frozen" not in page(workspace).form._fields


def test_several_layers_are_frozen_at_once_and_let_learn_again(workspace, open_small, qtbot):
    open_small.select(["n1", "n4"])
    open_small.actions["block.freeze"].trigger()
    assert all(open_small.network.node(id).learning.frozen for id in ("n1", "n4"))
    assert open_small.undo.undoText() == "Freeze 2 nodes"
    open_small.actions["block.freeze"].trigger()
    assert all(open_small.network.node(id).learning is None for id in ("n1", "n4"))
