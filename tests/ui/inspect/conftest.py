from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnstudio.graph import Document, Project, save
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.session import Session
from tests.ui.conftest import wait_for

FEW_SHAPES = {"count": 120, "size": 32}


@pytest.fixture
def shapes_project(small_project: Project) -> Project:
    """The small network on few coloured shapes, which have outlines."""
    nodes = [
        node.model_copy(
            update={
                "parameters": {"image": {"shape": [3, 32, 32]}, "fc": {"out_features": 6}}[
                    node.name
                ]
            }
        )
        if node.name in ("image", "fc")
        else node
        for node in small_project.network.nodes
    ]
    network = small_project.network.replace(nodes=nodes)
    data = small_project.data.model_copy(update={"dataset": "shapes", "options": FEW_SHAPES})
    training = small_project.training.model_copy(update={"epochs": 1})
    return small_project.with_network(network).model_copy(
        update={"data": data, "training": training}
    )


@pytest.fixture
def workspace(session: Session, shapes_project: Project, qtbot) -> Iterator[InspectWorkspace]:
    """Inspect on a project without a run."""
    session.replace_document(Document(shapes_project))
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made


@pytest.fixture
def untrained(workspace: InspectWorkspace, qtbot) -> InspectWorkspace:
    """Inspect on the untrained network, with all its answers there."""
    workspace.networks.choose_untrained()
    wait_for(qtbot, lambda: is_filled(workspace), 90)
    return workspace


@pytest.fixture
def finished_run(shapes_project: Project, tmp_path: Path) -> RunDirectory:
    """One epoch of training, by the real trainer."""
    file = tmp_path / "shapes.cnns"
    save(shapes_project, file)
    folder = tmp_path / "runs" / "2026-11-24T10-31-05-shapes"
    command = [sys.executable, "-m", "cnnstudio", "train", str(file), "--run-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return RunDirectory(folder)


def is_filled(workspace: InspectWorkspace) -> bool:
    asking = (workspace.focus.predicting, workspace.image_page._maps, workspace.image_page._explain)
    panels = (workspace.image_page.prediction, workspace.image_page.maps, workspace.image_page.heat)
    return not any(one.waiting for one in asking) and all(
        panel.stage.shows_content and panel._answered for panel in panels
    )
