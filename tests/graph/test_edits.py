"""Random edit sequences undo to the byte-identical document."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.graph import (
    AddFrame,
    AddNode,
    ChangeFrame,
    Component,
    Connect,
    Disconnect,
    Document,
    Edge,
    Frame,
    Group,
    Move,
    Network,
    Node,
    Paste,
    ProblemError,
    Project,
    RemoveFrame,
    RemoveNode,
    Rename,
    SetParameter,
    SetSetting,
    dumps,
    edit_adapter,
    insert_on_edge,
    loads,
    remove_and_heal,
)

ids = st.sampled_from(["input1", "conv1", "conv2", "conv10", "add1", "output1"])
names = st.sampled_from(["stem", "conv1", "head", "x y", "class", ""])
numbers = st.floats(-1e6, 1e6, allow_nan=False)
positions = st.tuples(numbers, numbers)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
parameters = st.dictionaries(st.sampled_from(["kernel_size", "stride", "p"]), values, max_size=2)
nodes = st.builds(
    Node,
    id=ids,
    kind=st.sampled_from(["Conv2d", "Add"]),
    name=names,
    parameters=parameters,
    position=positions,
)
ports = st.integers(0, 2)
edges = st.builds(Edge, source=ids, target=ids, source_port=ports, target_port=ports)
frame_ids = st.sampled_from(["frame1", "frame2", "frame10"])
frames = st.builds(
    Frame, id=frame_ids, title=names, text=names, position=positions, color=st.text(max_size=5)
)
simple_edits = st.one_of(
    st.builds(AddFrame, frame=frames),
    st.builds(RemoveFrame, frame_id=frame_ids),
    st.builds(ChangeFrame, frame=frames),
    st.builds(AddNode, node=nodes),
    st.builds(RemoveNode, node_id=ids),
    st.builds(Connect, edge=edges),
    st.builds(Disconnect, edge=edges),
    st.builds(SetParameter, node_id=ids, name=st.sampled_from(["stride", "p"]), value=values),
    st.builds(SetParameter, node_id=ids, name=st.just("p"), unset=st.just(True)),
    st.builds(Rename, node_id=ids, name=names),
    st.builds(Move, positions=st.dictionaries(ids, positions, min_size=1, max_size=3)),
    st.builds(
        Paste,
        nodes=st.lists(nodes, max_size=2).map(tuple),
        edges=st.tuples(edges),
        frames=st.lists(frames, max_size=1).map(tuple),
    ),
    st.builds(
        SetSetting, section=st.just("training"), name=st.just("epochs"), value=st.integers(-1, 9)
    ),
    st.builds(
        SetSetting,
        section=st.just("training"),
        name=st.just("optimizer.parameters.momentum"),
        value=numbers,
    ),
    st.builds(
        SetSetting, section=st.just("project"), name=st.just("name"), value=st.text(max_size=4)
    ),
)
edits = simple_edits | st.builds(
    Group, text=st.just("several"), edits=st.lists(simple_edits, max_size=3).map(tuple)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(edits, max_size=15))
def test_random_edits_undo_to_the_byte_identical_document(sequence):
    document = Document()
    history = []
    for edit in sequence:
        before = dumps(document.project)
        try:
            inverse = document.apply(edit)
        except ProblemError:
            assert dumps(document.project) == before
        else:
            history.append((before, inverse))
    for before, inverse in reversed(history):
        document.apply(inverse)
        assert dumps(document.project) == before


@settings(max_examples=100, deadline=None)
@given(st.lists(edits, max_size=15))
def test_redoing_an_undone_edit_gives_the_same_document(sequence):
    document = Document()
    for edit in sequence:
        try:
            inverse = document.apply(edit)
        except ProblemError:
            continue
        after = dumps(document.project)
        document.apply(document.apply(inverse))
        assert dumps(document.project) == after


@settings(max_examples=100, deadline=None)
@given(edits)
def test_edits_survive_json(edit):
    assert edit_adapter.validate_json(edit_adapter.dump_json(edit)) == edit


@settings(max_examples=100, deadline=None)
@given(st.lists(nodes, max_size=6, unique_by=lambda node: node.id), st.lists(edges, max_size=8))
def test_random_graphs_survive_a_file_round_trip(some_nodes, some_edges):
    project = Project(networks=(Network(nodes=tuple(some_nodes), edges=tuple(some_edges)),))
    assert loads(dumps(project)) == project
    assert dumps(loads(dumps(project))) == dumps(project)


def chain(*ids: str) -> Project:
    return Project(
        networks=(
            Network(
                nodes=tuple(Node(id=id, kind="ReLU", name=id) for id in ids),
                edges=tuple(Edge(source=a, target=b) for a, b in pairwise(ids)),
            ),
        )
    )


def test_deleting_a_node_heals_the_wire_through_it():
    project = chain("a", "b", "c", "d")
    healed, inverse = remove_and_heal(project.network, ["b", "c"]).apply(project)
    assert healed.network.edges == (Edge(source="a", target="d"),)
    assert inverse.apply(healed)[0] == project


def test_a_node_is_inserted_into_a_wire():
    project = chain("a", "b")
    node = Node(id="n", kind="ReLU", name="n")
    inserted, inverse = insert_on_edge(project.network, node, project.network.edges[0]).apply(
        project
    )
    assert set(inserted.network.edges) == {
        Edge(source="a", target="n"),
        Edge(source="n", target="b"),
    }
    assert inverse.apply(inserted)[0] == project


def test_connecting_replaces_the_wire_in_that_port():
    project = chain("a", "b", "c")
    changed, inverse = Connect(edge=Edge(source="a", target="c")).apply(project)
    assert changed.network.incoming("c") == [Edge(source="a", target="c")]
    assert inverse.apply(changed)[0] == project


def test_an_impossible_setting_is_refused_with_its_name():
    with pytest.raises(ProblemError, match=r"training\.epochs can't be 0"):
        SetSetting(section="training", name="epochs", value=0).apply(Project())
    with pytest.raises(ProblemError, match=r"no setting 'training\.nonsense'"):
        SetSetting(section="training", name="nonsense", value=0).apply(Project())


def test_a_nested_setting_is_set_and_taken_back():
    project = Project()
    edit = SetSetting(section="training", name="optimizer.parameters.momentum", value=0.9)
    changed, inverse = edit.apply(project)
    assert changed.training.optimizer == Component(kind="AdamW", parameters={"momentum": 0.9})
    assert inverse.apply(changed)[0] == project


def test_listeners_hear_of_each_edit_until_they_leave():
    document, heard = Document(), []
    leave = document.subscribe(heard.append)
    document.apply(AddNode(node=Node(id="a", kind="ReLU", name="a")))
    assert heard[0].after.network.find("a") and document.modified
    leave()
    document.mark_saved()
    document.apply(RemoveNode(node_id="a"))
    assert len(heard) == 1 and document.modified


def test_a_setting_in_a_list_is_set_by_its_place():
    steps = [{"kind": "RandomRotation"}, {"kind": "RandomCrop", "parameters": {"padding": 2}}]
    project, back = SetSetting(section="data", name="augmentation", value=steps).apply(Project())
    edit = SetSetting(section="data", name="augmentation.1.parameters.padding", value=6)
    changed, inverse = edit.apply(project)

    assert changed.data.augmentation[1].parameters == {"padding": 6}
    assert inverse.apply(changed)[0] == project
    assert back.apply(project)[0] == Project()
    for wrong in ("augmentation.2.probability", "augmentation.x.probability", "augmentation.-1"):
        with pytest.raises(ProblemError, match="There is no setting"):
            SetSetting(section="data", name=wrong, value=0.5).apply(project)
