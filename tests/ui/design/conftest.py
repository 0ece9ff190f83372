from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cnnstudio.graph import Document, Edge, Project
from cnnstudio.ui.design import DesignWorkspace
from cnnstudio.ui.session import Session
from tests.ui.conftest import wait_for


def shown(qtbot, session: Session) -> DesignWorkspace:
    made = DesignWorkspace(session)
    made.addActions(list(session.actions))
    qtbot.addWidget(made)
    made.resize(1300, 760)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    wait_for(qtbot, made.isActiveWindow)
    return made


@pytest.fixture
def workspace(open_small: Session, qtbot) -> DesignWorkspace:
    """The Design workspace with the small project."""
    return shown(qtbot, open_small)


@pytest.fixture
def without_flatten(small_project: Project) -> Project:
    """The small project with its Flatten taken out, so that Linear gets an image."""
    network = small_project.network
    kept = [node for node in network.nodes if node.kind != "Flatten"]
    edges = [edge for edge in network.edges if "n3" not in (edge.source, edge.target)]
    broken = network.replace(nodes=kept, edges=[*edges, Edge(source="n2", target="n4")])
    return small_project.with_network(broken)


@pytest.fixture
def broken(session: Session, without_flatten: Project, qtbot) -> DesignWorkspace:
    """The workspace with a network that has one problem, after its check."""
    session.replace_document(Document(without_flatten))
    made = shown(qtbot, session)
    wait_for(qtbot, lambda: session.report is not None)
    return made


def retype(qtbot, editor, text: str) -> None:
    """Selects all of a field's text with the keyboard and types another."""
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)
