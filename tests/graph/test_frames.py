"""Frames: which nodes they hold, how they are copied, and that the file keeps them."""

from __future__ import annotations

import json

import pytest

from cnnstudio.graph import (
    AddFrame,
    ChangeFrame,
    Frame,
    Network,
    Node,
    ProblemError,
    Project,
    RemoveFrame,
    dumps,
    loads,
)
from cnnstudio.graph.clipboard import copy, paste
from cnnstudio.graph.frames import members

STEM = Frame(id="frame1", title="Stem", position=(0, 0), size=(300, 200))
NETWORK = Network(nodes=(Node(id="a", kind="ReLU", name="a"),), frames=(STEM,))
PROJECT = Project(networks=(NETWORK,))


def test_a_frame_holds_what_lies_wholly_inside_it():
    boxes = {"in": (10, 10, 210, 66), "edge": (100, 144, 300, 200), "out": (150, 10, 350, 66)}
    assert members(STEM, boxes) == ["in", "edge"]


def test_a_frame_with_a_text_alone_is_a_note():
    assert Frame(id="f", text="why 7×7?").is_note
    assert not Frame(id="f", title="Stem", text="why 7×7?").is_note
    assert not Frame(id="f").is_note


def test_copied_frames_come_under_free_ids_and_moved():
    pasted = paste(NETWORK, copy(NETWORK, ["a"], ["frame1"]), offset=(24, 16))
    assert [frame.id for frame in pasted.frames] == ["frame2"]
    assert pasted.frames[0].position == (24, 16)
    changed, inverse = pasted.apply(PROJECT)
    assert [frame.title for frame in changed.network.frames] == ["Stem", "Stem"]
    assert inverse.apply(changed)[0] == PROJECT


def test_the_file_keeps_frames():
    assert loads(dumps(PROJECT)) == PROJECT


def test_a_file_without_frames_opens():
    content = json.loads(dumps(PROJECT))
    del content["networks"][0]["frames"]
    assert loads(json.dumps(content)).network.frames == ()


@pytest.mark.parametrize(
    "edit",
    [
        AddFrame(frame=STEM),
        RemoveFrame(frame_id="frame9"),
        ChangeFrame(frame=Frame(id="frame9")),
        paste(Network(), copy(NETWORK, [], ["frame1"])),
    ],
)
def test_an_edit_of_a_frame_that_is_there_or_missing_is_refused(edit):
    with pytest.raises(ProblemError):
        edit.apply(PROJECT)
