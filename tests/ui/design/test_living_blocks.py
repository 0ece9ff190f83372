"""Feature maps inside of blocks: a real run of a network with a repeated block."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cnnstudio.graph import Document, SetParameter
from cnnstudio.graph.blocks import make_block
from cnnstudio.training import launch
from cnnstudio.ui.design import DesignWorkspace
from cnnstudio.ui.place import place_at
from cnnstudio.ui.session import Session
from tests.ui.conftest import small, wait_for

from .conftest import shown
from .test_living import finished, pictured


@pytest.fixture
def living(session: Session, tmp_path, qtbot) -> DesignWorkspace:
    """The small project with its convolution and ReLU as a block that is there twice, trained."""
    project = small()
    project, _ = make_block(project, "main", ["n1", "n2"], "Features").apply(project)
    project, _ = SetParameter(node_id="features", name="repeat", value=2).apply(project)
    run = launch.start(project, root=tmp_path / "runs")
    end = time.monotonic() + 120
    while not finished(run):
        assert time.monotonic() < end, run.raw_status()
        time.sleep(0.1)
    session.replace_document(Document(project))
    made = shown(qtbot, session)
    session.show_run(run)
    wait_for(qtbot, lambda: "features" in pictured(made))
    return made


def test_a_blocks_card_shows_its_output_and_its_inside_each_copys(living, session):
    outside = pictured(living)["features"]["maps"]
    session.go(place_at(session.project, "features.0"))
    first = pictured(living)
    assert {"x", "conv1", "relu1"} <= set(first)
    session.go(place_at(session.project, "features.1"))
    second = pictured(living)
    assert not np.array_equal(first["relu1"]["maps"], second["relu1"]["maps"])
    assert np.array_equal(second["relu1"]["maps"], outside)
    session.apply(SetParameter(network="Features", node_id="n2", name="inplace", value=True))
    assert not pictured(living), "the block is another one now"
    session.undo.undo()
    assert set(pictured(living)) == set(second)
    session.go(place_at(session.project, ""))
    assert "features" in pictured(living)
