from __future__ import annotations

import pytest

from cnnstudio.graph import Document, Move, ProblemError, RemoveNode, Rename, SetParameter
from cnnstudio.ui.session import Session


def channels(session: Session) -> int:
    return session.project.network.node("n1").parameters["out_channels"]


def set_channels(value: int) -> SetParameter:
    return SetParameter(node_id="n1", name="out_channels", value=value)


def test_an_edit_is_one_undo_step(open_small: Session):
    before = open_small.project

    open_small.apply(set_channels(8))
    assert channels(open_small) == 8
    assert open_small.undo.count() == 1

    open_small.undo.undo()
    assert open_small.project == before
    open_small.undo.redo()
    assert channels(open_small) == 8


def test_an_impossible_edit_raises_and_leaves_no_undo_step(open_small: Session):
    with pytest.raises(ProblemError):
        open_small.apply(RemoveNode(node_id="missing"))

    assert open_small.undo.count() == 0


def test_an_impossible_edit_can_be_told_to_the_user_instead(open_small: Session, qtbot):
    with qtbot.waitSignal(open_small.told) as told:
        assert not open_small.try_apply(Rename(node_id="missing", name="x"))

    assert "missing" in told.args[0].text


def test_an_edit_that_changes_nothing_leaves_no_undo_step(open_small: Session):
    open_small.apply(set_channels(4))

    assert open_small.undo.count() == 0


def test_edits_of_one_drag_become_one_step(open_small: Session):
    for value in (5, 6, 7):
        open_small.apply(set_channels(value), merge="drag 1")
    assert open_small.undo.count() == 1

    open_small.undo.undo()
    assert channels(open_small) == 4
    open_small.undo.redo()
    assert channels(open_small) == 7


def test_edits_of_different_drags_or_nodes_stay_apart(open_small: Session):
    open_small.apply(set_channels(5), merge="drag 1")
    open_small.apply(set_channels(6), merge="drag 2")
    open_small.apply(Move(positions={"n1": (8, 8)}), merge="drag 2")
    open_small.apply(Move(positions={"n2": (8, 8)}), merge="drag 2")

    assert open_small.undo.count() == 4


def test_modified_follows_undo(open_small: Session, qtbot):
    with qtbot.waitSignal(open_small.modified_changed) as signal:
        open_small.apply(set_channels(5))
    assert signal.args == [True]

    open_small.undo.undo()
    assert not open_small.document.modified


def test_a_saved_document_is_unmodified_and_recent(open_small: Session, tmp_path):
    open_small.apply(set_channels(5))

    open_small.mark_saved(tmp_path / "mine.cnns", open_small.project)

    assert not open_small.document.modified
    assert open_small.settings.recent == [tmp_path / "mine.cnns"]


def test_what_was_edited_while_saving_is_still_modified(open_small: Session, tmp_path):
    written = open_small.project
    open_small.apply(set_channels(5))

    open_small.mark_saved(tmp_path / "mine.cnns", written)

    assert open_small.document.modified


def test_a_removed_node_is_no_longer_selected(open_small: Session):
    open_small.select(["n1", "n2", "nonsense"])
    assert open_small.selection == ["n1", "n2"]

    open_small.apply(RemoveNode(node_id="n1"))

    assert open_small.selection == ["n2"]


def test_another_document_starts_with_empty_undo_and_selection(open_small: Session, qtbot):
    open_small.apply(set_channels(5))
    open_small.select(["n1"])

    with qtbot.waitSignals([open_small.document_replaced, open_small.selection_changed]):
        open_small.replace_document(Document())

    assert open_small.undo.count() == 0
    assert open_small.selection == []


def test_a_change_brings_a_new_report(open_small: Session, qtbot):
    open_small.apply(set_channels(5))

    # The first answer may be to the question that was asked when the document was opened.
    qtbot.waitUntil(
        lambda: open_small.report is not None and open_small.report.shapes["conv1"][0] == 5,
        timeout=20_000,
    )
