"""What a damaged project file is told to be."""

import json

import pytest

from cnnstudio.graph import Network, Node, Project, ProjectFileError
from cnnstudio.graph.file import dumps, loads


@pytest.fixture
def content():
    node = Node(id="a", kind="ReLU", name="relu")
    return json.loads(dumps(Project(networks=(Network(nodes=(node,)),))))


def told(content) -> list[str]:
    with pytest.raises(ProjectFileError) as error:
        loads(json.dumps(content), "a.cnns")
    first, *lines = error.value.message.splitlines()
    assert first == "a.cnns is damaged."
    return lines


def test_the_place_and_what_should_stand_there_are_told_once(content):
    node = content["networks"][0]["nodes"][0]
    del node["kind"]
    node["position"] = [1, "x"]
    node["bogus"] = 1
    content["training"]["epochs"] = 0
    assert told(content) == [
        "networks[0].nodes[0].kind: is missing",
        "networks[0].nodes[0].position[1]: should be a number",
        "networks[0].nodes[0].bogus: is not known here",
        "training.epochs: should be at least 1",
    ]


def test_an_empty_list_is_told(content):
    content["networks"] = []
    assert told(content) == ["networks: should have at least 1, and has 0"]


def test_of_many_only_ten_are_told(content):
    content["networks"][0]["nodes"] = [5] * 14
    lines = told(content)
    assert len(lines) == 11
    assert lines[0] == "networks[0].nodes[0]: should be an object: {…}"
    assert lines[-1] == "… and 4 more"
