from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QPushButton

from cnnstudio.graph import ProjectFileError, SetParameter, load, save
from cnnstudio.ui import theme
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.message import Message

CONTROL = Qt.KeyboardModifier.ControlModifier


def edit(window: MainWindow) -> None:
    window.session.apply(SetParameter(node_id="n1", name="out_channels", value=9))


def open_file(window: MainWindow, project, path, qtbot) -> None:
    save(project, path)
    with qtbot.waitSignal(window.files.opened):
        window.files.open_path(path)


def test_the_window_has_the_size_it_was_designed_for(window: MainWindow):
    assert (window.width(), window.height()) == (1440, 900)


def test_enter_on_the_start_page_opens_the_sample_and_then_would_train_it(window, qtbot):
    assert window.focusWidget() is window.gallery.sample

    with qtbot.waitSignal(window.files.opened):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)

    assert window.session.project.name == "shapes_small"
    assert window.stack.currentWidget() is window.workspaces["design"]
    assert window.focusWidget() is window.top_bar.run_bar.main
    assert window.focusWidget().text() == "Train"


def test_arrows_move_between_the_cards_of_the_start_page(window, qtbot):
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    assert window.focusWidget().objectName() == "card_blank"

    with qtbot.waitSignal(window.files.opened):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)

    assert not window.session.project.network.nodes


def test_a_template_is_opened_with_a_click(window, qtbot):
    card = None

    def find():
        nonlocal card
        card = window.gallery.findChild(QAbstractButton, "template_other")
        return card is not None and card.isVisible()

    qtbot.waitUntil(find)
    with qtbot.waitSignal(window.files.opened):
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton)

    assert window.session.project.name == "other"
    assert not window.session.document.modified


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Qt.Key.Key_1, "design"),
        (Qt.Key.Key_2, "data"),
        (Qt.Key.Key_3, "train"),
        (Qt.Key.Key_4, "inspect"),
    ],
)
def test_control_and_a_number_show_a_workspace(window, qtbot, key, name):
    qtbot.keyClick(window, key, CONTROL)

    assert window.stack.currentWidget() is window.workspaces[name]
    assert window.rail.findChild(QAbstractButton, f"rail_{name}").isChecked()


def test_workspaces_are_made_when_they_are_first_shown(window, qtbot):
    assert not window.workspaces

    qtbot.mouseClick(
        window.rail.findChild(QAbstractButton, "rail_train"), Qt.MouseButton.LeftButton
    )

    assert list(window.workspaces) == ["train"]


def test_title_and_top_bar_tell_the_project_and_whether_it_was_edited(
    window, qtbot, small_project, tmp_path
):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    assert window.top_bar.name.text() == "mine.cnns"
    assert window.top_bar.edited.isHidden()

    edit(window)

    assert not window.top_bar.edited.isHidden()
    assert window.isWindowModified()
    window.session.undo.undo()
    assert window.top_bar.edited.isHidden()


def test_saving_a_project_that_has_a_file_writes_it(window, qtbot, small_project, tmp_path):
    path = tmp_path / "mine.cnns"
    open_file(window, small_project, path, qtbot)
    edit(window)

    with qtbot.waitSignal(window.session.saved):
        qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)

    assert load(path) == window.session.project
    assert not window.session.document.modified


def test_saving_a_new_project_asks_where_and_names_it(window, qtbot, tmp_path):
    window.files.new()
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    dialog = window.findChild(QFileDialog, "save_dialog")

    with qtbot.waitSignal(window.session.saved):
        dialog.fileSelected.emit(str(tmp_path / "tiny.cnns"))

    assert load(tmp_path / "tiny.cnns").name == "tiny"


def test_a_failed_save_is_told_and_leaves_the_project_modified(
    window, qtbot, small_project, tmp_path
):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    edit(window)
    window.session.document.path = tmp_path / "missing" / "mine.cnns"

    with qtbot.waitSignal(window.session.told):
        qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)

    assert window.banner.message.level == "error"
    assert "can't be written" in window.banner.message.text
    assert window.session.document.modified


def test_a_file_that_is_no_project_is_told_and_changes_nothing(window, qtbot, tmp_path):
    path = tmp_path / "bad.cnns"
    path.write_text("{")
    before = window.session.project

    with qtbot.waitSignal(window.session.told):
        window.files.open_path(path)

    assert str(path) in window.banner.message.text
    assert window.session.project is before


def drop(window: MainWindow, path) -> QDropEvent:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, mime,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)
    return event


def test_a_project_dropped_on_the_window_is_opened(window, qtbot, small_project, tmp_path):
    save(small_project, tmp_path / "dropped.cnns")

    with qtbot.waitSignal(window.files.opened):
        drop(window, tmp_path / "dropped.cnns")

    assert window.session.document.path == tmp_path / "dropped.cnns"


def answer(window: MainWindow, button: QMessageBox.StandardButton) -> None:
    window.findChild(QMessageBox, "unsaved_dialog").button(button).click()


def test_closing_with_unsaved_changes_asks_first(window, qtbot, small_project, tmp_path):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    edit(window)

    window.close()
    assert window.isVisible()
    answer(window, QMessageBox.StandardButton.Cancel)
    qtbot.wait(20)
    assert window.isVisible()

    window.close()
    answer(window, QMessageBox.StandardButton.Save)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert load(tmp_path / "mine.cnns").network.node("n1").parameters["out_channels"] == 9


def test_discarding_closes_without_saving(window, qtbot, small_project, tmp_path):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    edit(window)

    window.close()
    answer(window, QMessageBox.StandardButton.Discard)

    qtbot.waitUntil(lambda: not window.isVisible())
    assert load(tmp_path / "mine.cnns") == small_project


def test_opened_projects_are_listed_as_recent(window, qtbot, small_project, tmp_path):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)

    menu = window.menus._menus["File"]
    menu.aboutToShow.emit()
    recent = next(a.menu() for a in menu.actions() if a.text() == "Open recent")
    assert [action.text() for action in recent.actions()] == [str(tmp_path / "mine.cnns")]

    window.show_gallery()
    qtbot.waitUntil(lambda: window.gallery.findChild(QAbstractButton, "recent_mine") is not None)


def test_the_view_menu_is_in_groups_that_can_be_surveyed(session, qtbot):
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show_workspace("design")
    menu = window.menus._menus["View"]
    menu.aboutToShow.emit()

    for _ in range(2):  # a menu is filled each time that it is opened
        menu.aboutToShow.emit()
        drawn = "".join("|" if action.isSeparator() else "a" for action in menu.actions())
        groups = [len(group) for group in drawn.split("|")]
        assert sum(groups) > 15 and min(groups) >= 1 and max(groups) <= 6
        assert menu.sizeHint().height() < 800  # else it wraps into a second column
    [living] = [action.menu() for action in menu.actions() if action.menu() is not None]
    within = [action for action in living.actions() if not action.isSeparator()]
    texts = [action.text() for action in within]
    assert texts[0] == "Feature maps on the cards" and "Choose probe images…" in texts
    assert not {action.text() for action in menu.actions()} & set(texts)
    for action in [*within, *menu.actions()]:
        # An icon would stand where the tick tells what is on.
        assert not (action.isCheckable() and action.isIconVisibleInMenu())


def test_undo_names_what_it_takes_back(window, qtbot, small_project, tmp_path):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    action = window.session.actions["edit.undo"]
    assert not action.isEnabled()

    edit(window)
    assert action.text() == "Undo change out channels of n1"
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)

    assert window.session.project == small_project


def test_size_and_theme_are_remembered(session, two_templates, qtbot):
    first = MainWindow(session)
    first.show_gallery()
    first.show()
    first.resize(1100, 700)
    session.set_theme("dark")
    first.close()

    from cnnstudio.ui.session import Session

    second_session = Session(kernel=session.kernel.kernel, settings=session.settings)
    second = MainWindow(second_session)
    qtbot.addWidget(second)
    second.show_gallery()
    second.show()

    assert (second.width(), second.height()) == (1100, 700)
    assert theme.current().dark
    assert second.session.actions["view.theme_dark"].isChecked()


def test_messages_stand_in_the_banner_until_they_are_dismissed(window, qtbot):
    window.session.tell(Message("First", "why"))
    window.session.tell_error(ProjectFileError("Second", "do this"))

    assert window.banner.isVisible()
    assert window.banner.message.text == "Second"
    assert window.banner.property("level") == "error"
    qtbot.mouseClick(window.banner.findChild(QAbstractButton, "banner_close"),
                     Qt.MouseButton.LeftButton)  # fmt: skip
    assert window.banner.message.text == "First"
    qtbot.keyClick(window.banner, Qt.Key.Key_Escape)
    assert not window.banner.isVisible()


def test_a_message_about_a_document_goes_with_it_and_one_about_an_edit_with_the_next(
    window, qtbot, small_project, tmp_path
):
    open_file(window, small_project, tmp_path / "mine.cnns", qtbot)
    window.session.tell(Message("Imported", until="document"))
    window.session.tell(Message("Refused", until="edit"))
    edit(window)
    assert window.banner.message.text == "Imported"
    window.session.tell(Message("Refused", until="edit"))
    window.session.undo.undo()
    assert window.banner.message.text == "Imported"
    open_file(window, small_project, tmp_path / "other.cnns", qtbot)
    assert not window.banner.isVisible()


def test_a_file_dialog_begins_where_the_last_one_ended(window, qtbot, tmp_path):
    window.files.new()
    window.files.save_as()
    with qtbot.waitSignal(window.session.saved):
        window.findChild(QFileDialog, "save_dialog").fileSelected.emit(str(tmp_path / "a.cnns"))
    window.files.new()
    assert window.session.folder == tmp_path


def test_a_message_of_the_same_key_replaces_the_older_one(window):
    window.session.tell(Message("First", key="save"))
    window.session.tell(Message("Second", key="save"))

    window.banner.dismiss()

    assert not window.banner.isVisible()


def test_a_message_leaves_what_is_about_to_be_clicked_under_the_pointer(window, qtbot):
    window.show_workspace("train")
    place = window.stack.mapToGlobal(QPoint())
    window.session.tell(Message("Training finished."))
    qtbot.waitUntil(lambda: window.banner.y() >= window.stack.height() > 0)

    assert window.banner.isVisible() and window.stack.mapToGlobal(QPoint()) == place


def test_the_button_of_a_message_acts_and_takes_it_away(window, qtbot):
    done = []
    window.session.tell(Message("Lost", actions=(("Resume", lambda: done.append(1)),)))
    window.banner.focus_action()

    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)

    assert done == [1]
    assert not window.banner.isVisible()


def test_the_about_box_tells_versions_without_importing_torch(window, qtbot):
    from PySide6.QtWidgets import QDialog, QLabel

    window.session.actions["help.about"].trigger()
    dialog = window.findChild(QDialog, "about_dialog")

    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "torch" in texts
    dialog.reject()


def test_every_control_of_the_frame_has_a_name_for_screen_readers(window):
    for button in window.findChildren(QPushButton) + window.rail.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button.objectName()
        assert button.objectName()


def test_every_action_has_an_icon_or_at_least_a_text_and_no_shortcut_is_taken_twice(window):
    keys: dict[str, str] = {}
    for action in window.session.actions:
        assert action.text()
        for shortcut in action.shortcuts():
            text = shortcut.toString()
            assert text not in keys, f"{text}: {keys.get(text)} and {action.objectName()}"
            keys[text] = action.objectName()


def test_the_window_does_not_import_torch(qtbot):
    import subprocess
    import sys

    code = (
        "import sys; import cnnstudio.ui.app, cnnstudio.ui.about, cnnstudio.ui.gallery; "
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'torchvision')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_export_dialog_opens_with_its_keys(window, small_project, tmp_path, qtbot):
    open_file(window, small_project, tmp_path / "small.cnns", qtbot)
    qtbot.keyClick(window, Qt.Key.Key_E, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    dialog = window.export_dialog
    assert dialog.isVisible() and not dialog.isModal()
    assert dialog.path.parent == tmp_path
    window.session.export_requested.emit(None)
    assert window.export_dialog is dialog
    dialog.reject()
    assert not dialog.isVisible()
