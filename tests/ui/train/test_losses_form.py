import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from cnnstudio.graph import AddNode, Document, Node


@pytest.fixture
def form(workspace):
    return workspace.settings.losses


def type_into(editor, text: str) -> None:
    line = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)


def choose(form, kind: str) -> None:
    box = form.component.kind_form.editor("kind")
    box.setFocus()
    QTest.keyClicks(box, kind)


def click(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def added(session):
    return [(loss.kind, loss.weight) for loss in session.project.training.added_losses]


def test_losses_are_added_changed_and_taken_away(form, open_small, qtbot):
    click(qtbot, form.add)
    click(qtbot, form.add)
    choose(form.added[0], "Dice")
    type_into(form.added[1].weight.editor("weight"), "2")
    assert added(open_small) == [("DiceLoss", 0.5), ("KLDivLoss", 2.0)]
    type_into(form.added[1].component.parameters_form.editor("label_smoothing"), "0.2")
    assert open_small.project.training.added_losses[1].parameters == {"label_smoothing": 0.2}

    click(qtbot, form.added[0].remove)
    assert added(open_small) == [("KLDivLoss", 2.0)] and len(form.added) == 1
    open_small.undo.undo()
    assert added(open_small) == [("DiceLoss", 0.5), ("KLDivLoss", 2.0)]
    assert form.added[0].component.kind_form.field("kind").value == "Dice"


def test_a_further_output_is_given_a_loss_of_its_own(form, open_small, qtbot):
    assert not form.offers
    node = Node(id="z", kind="Output", name="helper")
    open_small.apply(AddNode(node=node))
    click(qtbot, form.offers["helper"])
    choose(form.own["helper"], "Focal")
    loss = open_small.project.training.output_losses["helper"]
    assert (loss.kind, loss.weight) == ("FocalLoss", 1.0)
    assert not form.offers["helper"].isVisible()

    click(qtbot, form.own["helper"].remove)
    assert open_small.project.training.output_losses == {}
    assert form.offers["helper"].isVisible() and not form.own


def test_another_project_shows_its_own_losses(form, open_small, small_project, qtbot):
    click(qtbot, form.add)
    open_small.replace_document(Document(small_project))
    assert not form.added and not added(open_small)
