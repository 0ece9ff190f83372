from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from cnnstudio import blueprints
from cnnstudio.graph import Project, save
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.rail import PLACES
from cnnstudio.ui.session import Session

PLACEHOLDERS = [replace(place, home=f"{__package__}.placeholders:Placeholder") for place in PLACES]


@pytest.fixture
def two_templates(tmp_path: Path, monkeypatch, small_project: Project) -> list[str]:
    """The gallery's templates: the sample and one more."""
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in (blueprints.SAMPLE, "other"):
        project = small_project.model_copy(update={"name": name, "description": f"About {name}."})
        save(project, folder / f"{name}.cnns")
    monkeypatch.setattr(blueprints, "_files", lambda: sorted(folder.iterdir()))
    return [blueprints.SAMPLE, "other"]


@pytest.fixture
def window(session: Session, two_templates, qtbot) -> Iterator[MainWindow]:
    """The window as it stands after a start without a project, with empty workspaces."""
    made = MainWindow(session, PLACEHOLDERS)
    qtbot.addWidget(made, before_close_func=lambda window: setattr(window, "_may_close", True))
    made.show_gallery()
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made


def press(qtbot, widget, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(widget, key, modifiers)
