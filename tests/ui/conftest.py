"""What tests of the window share: a private home, a session, one kernel for all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnstudio.graph import Document, Edge, Network, Node, Project
from cnnstudio.kernel.client import Kernel
from cnnstudio.ui import theme
from cnnstudio.ui.collector import Collector
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs, recovery files and settings of a test go to its own folder."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture(scope="session", autouse=True)
def collector(qapp: QApplication) -> Iterator[Collector]:
    """As the program itself does."""
    made = Collector(qapp)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def released_buttons() -> Iterator[None]:
    """No test leaves a mouse button pressed: QTest would hand it on to the next one."""
    yield
    if QApplication.instance() is not None:
        nowhere = QWidget()
        for button in (
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.MiddleButton,
            Qt.MouseButton.RightButton,
        ):
            QTest.mouseRelease(nowhere, button)


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel process, shared since it takes seconds to load."""
    with Kernel(log=tmp_path_factory.mktemp("kernel") / "kernel.log") as shared:
        yield shared


@pytest.fixture
def session(qapp, kernel: Kernel, tmp_path: Path) -> Iterator[Session]:
    """A session with an empty document, settings of its own and the shared kernel."""
    made = Session(kernel=kernel, settings=Settings(tmp_path / "settings.ini"))
    made.set_theme("light")
    qapp.setPalette(theme.palette())
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def small_project() -> Project:
    """A network of six layers on a small dataset."""
    return small()


def small() -> Project:
    """Input 1×28×28, convolution, ReLU, Flatten, Linear, Output."""
    kinds = [
        ("Input", "image", {"shape": [1, 28, 28]}),
        ("Conv2d", "conv1", {"out_channels": 4, "kernel_size": [3, 3]}),
        ("ReLU", "relu1", {}),
        ("Flatten", "flat", {}),
        ("Linear", "fc", {"out_features": 10}),
        ("Output", "scores", {}),
    ]
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=name, parameters=parameters, position=(0.0, 120.0 * i))
        for i, (kind, name, parameters) in enumerate(kinds)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(nodes) - 1))
    project = Project(name="small", networks=(Network(nodes=nodes, edges=edges),))
    data = project.data.model_copy(update={"dataset": "digits"})
    training = project.training.model_copy(update={"epochs": 2, "threads": 1})
    return project.model_copy(update={"data": data, "training": training})


@pytest.fixture
def open_small(session: Session, small_project: Project) -> Session:
    """The session with the small project open."""
    session.replace_document(Document(small_project))
    return session


def wait_for(
    qtbot, condition: Callable[[], bool], seconds: float = 60.0, step_milliseconds: int = 10
) -> None:
    """Lets the window live until the condition holds; fails after that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        qtbot.wait(step_milliseconds)
