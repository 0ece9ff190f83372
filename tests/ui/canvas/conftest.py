"""The canvas in a real window, on a session that asks no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow

from cnnstudio.graph import Document, Edge, Network, Node, Project
from cnnstudio.ui import theme
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings

from .hand import Hand

CHAIN = ("Input", "Conv2d", "ReLU", "Flatten", "Linear", "Output")


@pytest.fixture
def session(qapp, tmp_path: Path) -> Iterator[Session]:
    made = Session(settings=Settings(tmp_path / "settings.ini"))
    made.kernel.close()
    made.set_theme("light")
    qapp.setPalette(theme.palette())
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def show_canvas(qtbot) -> Iterator[Callable[[Session], CanvasView]]:
    """Shows an empty canvas of 900×800 in a window whose shortcuts work."""
    windows = []

    def show(session: Session) -> CanvasView:
        window = QMainWindow()
        qtbot.addWidget(window)
        windows.append(window)
        session.actions.added.connect(window.addAction)
        canvas = CanvasView(session)
        window.addActions(list(session.actions))
        window.setCentralWidget(canvas)
        window.resize(900, 800)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        canvas.setFocus()
        qtbot.waitUntil(canvas.hasFocus)
        return canvas

    yield show


@pytest.fixture
def canvas(session: Session, show_canvas) -> CanvasView:
    return show_canvas(session)


@pytest.fixture
def hand(canvas: CanvasView, qtbot) -> Hand:
    """A hand on the canvas's mouse and keys."""
    return Hand(canvas, qtbot)


@pytest.fixture
def hand_on(qtbot) -> Callable[[CanvasView], Hand]:
    """A hand on another canvas than the usual one."""
    return lambda canvas: Hand(canvas, qtbot)


@pytest.fixture
def chain(canvas: CanvasView, session: Session) -> CanvasView:
    """The canvas with six nodes in a column: n0 Input … n5 Output."""
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=f"{kind.lower()}1", position=(0.0, 120.0 * i))
        for i, kind in enumerate(CHAIN)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(nodes) - 1))
    open_network(session, Network(nodes=nodes, edges=edges))
    return canvas


def open_network(session: Session, network: Network) -> None:
    session.replace_document(Document(Project(networks=(network,))))
