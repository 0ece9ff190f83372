from cnnstudio.graph import Edge, Network, Node, structural_problems
from cnnstudio.graph.clipboard import copy, paste
from cnnstudio.graph.edits import Rename
from cnnstudio.graph.model import Project


def network(edges: list[tuple[str, str]], **names: str) -> Network:
    ids = sorted({id for edge in edges for id in edge})
    kinds = {"input1": "Input", "output1": "Output"}
    return Network(
        nodes=tuple(Node(id=id, kind=kinds.get(id, "ReLU"), name=names.get(id, id)) for id in ids),
        edges=tuple(Edge(source=a, target=b) for a, b in edges),
    )


def messages(found: Network) -> list[str]:
    return [problem.message for problem in structural_problems(found)]


def test_a_sound_network_has_no_problems():
    assert messages(network([("input1", "relu1"), ("relu1", "output1")])) == []


def test_nodes_are_in_natural_order():
    found = network([("conv10", "conv2"), ("conv2", "conv1")])
    assert [node.id for node in found.nodes] == ["conv1", "conv2", "conv10"]
    assert found.topological() == ["conv10", "conv2", "conv1"]


def test_a_loop_is_told_on_its_nodes_and_not_on_what_lies_behind():
    found = network(
        [("input1", "a"), ("a", "b"), ("b", "a2"), ("b", "c"), ("c", "output1")], a2="a2"
    )
    looped = found.replace(edges=(*found.edges, Edge(source="b", target="a", target_port=1)))
    told = {p.node for p in structural_problems(looped) if "loop" in p.message}
    assert told == {"a", "b"}
    assert looped.topological() == ["input1"]


def test_dangling_wires_and_doubled_inputs_are_problems():
    found = network([("input1", "relu1"), ("relu1", "output1")])
    broken = found.replace(
        edges=(*found.edges, Edge(source="ghost", target="relu1"), Edge(source="x", target="y"))
    )
    text = " ".join(messages(broken))
    assert "'ghost'" in text and "'x'" in text and len(structural_problems(broken)) == 2
    doubled = found.replace(edges=(*found.edges, Edge(source="input1", target="output1")))
    assert any("two wires" in message for message in messages(doubled))


def test_doubled_and_impossible_names_come_with_a_fix():
    found = network([("input1", "relu1"), ("relu1", "relu2"), ("relu2", "output1")], relu2="relu1")
    (problem,) = structural_problems(found)
    assert problem.node_id == "relu2" and problem.fix is not None
    project, _ = problem.fix.edits[0].apply(Project(networks=(found,)))
    assert messages(project.network) == []
    for name in ["class", "two words", "", "3d", "forward", "parameters"]:
        renamed, _ = Rename(node_id="relu2", name=name).apply(project)
        (problem,) = structural_problems(renamed.network)
        repaired, _ = problem.fix.edits[0].apply(renamed)
        assert messages(repaired.network) == []


def test_sharing_the_weights_of_nothing_is_a_problem():
    found = network([("input1", "relu1"), ("relu1", "output1")])
    node = found.node("relu1").model_copy(update={"shares": "ghost"})
    broken = found.replace(nodes=(node if n.id == "relu1" else n for n in found.nodes))
    assert any("does not exist" in message for message in messages(broken))


def test_pasted_nodes_get_free_names_and_keep_their_wires():
    found = network([("input1", "relu1"), ("relu1", "output1")])
    pasted = paste(found, copy(found, ["input1", "relu1"]))
    assert [node.name for node in pasted.nodes] == ["input2", "relu2"]
    assert pasted.edges == (Edge(source="input2", target="relu2"),)
    changed, inverse = pasted.apply(Project(networks=(found,)))
    assert len(changed.network.nodes) == 5
    assert inverse.apply(changed)[0].network == found
