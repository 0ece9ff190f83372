"""Cards coloured by cost."""

from cnnstudio.graph import Document
from cnnstudio.ui.canvas.tint import LEVELS
from tests.compiler.blocks import resnet
from tests.ui.conftest import wait_for


def test_cards_say_and_show_what_they_cost(workspace, session, qtbot):
    canvas = workspace.canvas
    session.replace_document(Document(resnet((1, 2, 1, 1), classes=4)))
    wait_for(qtbot, lambda: session.report is not None and "rest1" in session.report.nodes)
    content = {item.content.name: item.content for item in canvas.canvas_scene.nodes.values()}
    assert content["rest1"].tint is None and not canvas.legend.isVisible()

    session.actions["view.tint_parameters"].trigger()
    content = {item.content.name: item.content for item in canvas.canvas_scene.nodes.values()}
    report = session.report
    most = max(("first0", "rest1", "first2", "first3", "fc"),
               key=lambda name: report.nodes[name].parameters)  # fmt: skip
    assert content[most].tint.level == LEVELS - 1
    assert content["relu"].tint.level == 0 and content["relu"].tint.text == "0"
    assert canvas.legend.isVisible()

    session.actions["view.tint_none"].trigger()
    assert not canvas.legend.isVisible()


def test_the_choice_is_remembered(workspace, session, qtbot):
    session.actions["view.tint_macs"].trigger()
    assert session.settings.value("canvas/tint", "none") == "macs"
