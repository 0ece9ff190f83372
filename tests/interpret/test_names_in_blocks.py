"""The layers that the window lists are those that a built network can show."""

from cnnstudio.compiler.build import build
from cnnstudio.graph import SetBypass
from cnnstudio.graph.blocks import walk
from cnnstudio.interpret.capture import node_names
from tests.compiler.blocks import resnet


def test_every_layer_in_a_block_is_known_to_the_built_network_by_the_same_path():
    project = resnet((3, 2), classes=10)
    walked = [placed.path for placed in walk(project) if placed.node.kind != "Output"]
    known = set(node_names(build(project)))
    assert set(walked) <= known
    assert "rest0.1.conv2" in walked and "first1.downsample" in walked and "rest0.1" in walked
    assert walked.index("rest0.0.conv1") < walked.index("rest0.1.conv1")


def test_what_is_in_a_bypassed_block_is_not_listed():
    project, _ = SetBypass(node_id="rest0", bypass=True).apply(resnet((3, 2), classes=10))
    walked = [placed.path for placed in walk(project)]
    assert "rest0" in walked and not any(path.startswith("rest0.") for path in walked)


def test_a_block_that_contains_itself_is_walked_once():
    project = resnet((2, 2))
    inner = project.block("Bottleneck")
    looped = inner.replace(
        nodes=(
            node.model_copy(update={"kind": "block:Bottleneck"}) if node.id == "relu" else node
            for node in inner.nodes
        )
    )
    assert any(p.path == "first0.relu" for p in walk(project.with_network(looped)))
