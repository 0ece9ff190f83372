"""Auto-layout: no two cards overlap, wires lead on, chains stand straight."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.graph import Edge, Frame, Network, Node
from cnnstudio.graph.layout import COLUMN_GAP, LAYER_GAP, arrange, arrange_frames

from .networks import densenet, inception, resnet, unet

SIZE = (200.0, 128.0)


def network(edges: list[tuple[int, int]], count: int) -> Network:
    return Network(
        nodes=tuple(Node(id=f"n{i}", kind="ReLU", name=f"n{i}") for i in range(count)),
        edges=tuple(
            Edge(source=f"n{a}", target=f"n{b}", target_port=port)
            for port, (a, b) in enumerate(edges)
        ),
    )


def chain(count: int) -> Network:
    return network([(i, i + 1) for i in range(count - 1)], count)


def residual() -> Network:
    """A skip from n1 over three nodes to n5."""
    return network([*((i, i + 1) for i in range(6)), (1, 5)], 7)


def _number(id: str) -> int:
    """How many nodes were drawn before this one."""
    return int(id.rsplit("_", 1)[1])


@st.composite
def graphs(draw) -> Network:
    """Up to 24 nodes with any wires, also back and to themselves."""
    count = draw(st.integers(0, 24))
    ends = st.integers(0, max(count - 1, 0))
    edges = draw(st.lists(st.tuples(ends, ends), max_size=30)) if count else []
    return network(edges, count)


@settings(deadline=None)
@given(graphs(), st.sampled_from(["down", "right"]), st.sampled_from([None, 400.0, 2000.0]))
def test_every_node_gets_a_place_of_its_own_on_the_grid(graph, flow, wrap_at):
    places = arrange(graph, lambda node: SIZE, flow, wrap_at)
    assert set(places) == set(graph.by_id)
    assert all(value % 8 == 0 and value >= 0 for place in places.values() for value in place)
    found = list(places.values())
    for i, (x, y) in enumerate(found):
        for other_x, other_y in found[i + 1 :]:
            assert abs(x - other_x) >= SIZE[0] or abs(y - other_y) >= SIZE[1]


def test_a_chain_stands_straight_with_even_gaps():
    places = arrange(chain(5), lambda node: SIZE)
    assert {x for x, _ in places.values()} == {0.0}
    assert [places[f"n{i}"][1] for i in range(5)] == [i * (128 + LAYER_GAP) for i in range(5)]


def test_to_the_right_a_chain_stands_in_a_row():
    places = arrange(chain(4), lambda node: SIZE, "right")
    assert {y for _, y in places.values()} == {0.0}
    assert [places[f"n{i}"][0] for i in range(4)] == sorted(x for x, _ in places.values())


def test_cards_beside_a_skip_stay_in_line():
    places = arrange(residual(), lambda node: SIZE)
    assert len({places[f"n{i}"][0] for i in range(7)}) == 1


def test_branches_stand_side_by_side_under_their_source():
    places = arrange(network([(0, 1), (0, 2), (1, 3), (2, 3)], 4), lambda node: SIZE)
    assert places["n1"][1] == places["n2"][1]
    assert places["n0"][0] == (places["n1"][0] + places["n2"][0]) / 2 == places["n3"][0]


def test_a_long_chain_goes_on_in_the_next_column():
    places = arrange(chain(12), lambda node: SIZE, wrap_at=4 * 128 + 3 * LAYER_GAP)
    columns = sorted({x for x, _ in places.values()})
    assert columns == [0.0, 200 + COLUMN_GAP, 2 * (200 + COLUMN_GAP)]
    assert places["n4"] == (columns[1], 0.0)


def test_a_column_ends_only_where_one_tensor_leads_on():
    places = arrange(residual(), lambda node: SIZE, wrap_at=3 * 168.0)
    columns = [places[f"n{i}"][0] for i in range(7)]
    # Between n1 and n5 both the chain and the skip run.
    assert columns[2] == columns[3] == columns[4] == columns[5]


def test_a_source_stands_right_above_its_reader():
    graph = network([(0, 1), (1, 2), (2, 3), (4, 3)], 5)
    places = arrange(graph, lambda node: SIZE)
    assert places["n4"][1] == places["n2"][1]


def test_cards_of_different_heights_share_a_layer_without_overlap():
    graph = network([(0, 1), (0, 2), (1, 3), (2, 3)], 4)
    heights = {"n0": 56.0, "n1": 160.0, "n2": 80.0, "n3": 128.0}
    places = arrange(graph, lambda node: (200.0, heights[node.id]))
    assert places["n3"][1] == 56 + LAYER_GAP + 160 + LAYER_GAP


def test_the_same_network_is_always_laid_out_in_the_same_way():
    one, other = inception(3), inception(3)
    assert arrange(one, lambda node: SIZE) == arrange(other, lambda node: SIZE)


def test_every_process_lays_a_network_out_in_the_same_way():
    """Python orders sets of strings otherwise in each process."""
    script = (
        "from tests.graph.networks import densenet, inception\n"
        "from cnnstudio.graph.layout import arrange\n"
        "for graph in (inception(3), densenet([3, 4])):\n"
        "    places = arrange(graph, lambda node: (200.0, 128.0), room=(900.0, 760.0))\n"
        "    print(sorted(places.items()))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1 and len(printed.pop()) > 1000


def test_the_trunk_of_a_residual_network_is_straight_and_its_blocks_look_alike():
    graph = resnet((2, 3))
    places = arrange(graph, lambda node: SIZE)
    sums = [node.id for node in graph.nodes if node.kind == "Add"]
    assert {places[id][0] for id in sums} == {places["input_0"][0]}
    heights = [places[b][1] - places[a][1] for a, b in pairwise(sums)]
    assert len(set(heights)) == 1
    shortcuts = [id for id, (x, _) in places.items() if x != places["input_0"][0]]
    assert {places[id][0] - places["input_0"][0] for id in shortcuts} == {240.0}
    assert len(shortcuts) == 4  # a convolution and a normalisation in each stage


def test_the_modules_of_an_inception_network_look_alike():
    graph = inception(4)
    places = arrange(graph, lambda node: SIZE)
    ends = [node.id for node in graph.nodes if node.kind == "Concat"]

    def module(end: str) -> list[tuple[float, float]]:
        """The places of a module's nodes, in the order they were drawn, from its end."""
        number = _number(end)
        nodes = sorted(graph.nodes, key=lambda node: _number(node.id))
        x, y = places[end]
        return [(places[n.id][0] - x, places[n.id][1] - y) for n in nodes[number - 22 : number]]

    assert module(ends[0]) == module(ends[1]) == module(ends[2])
    assert len({places[end][0] for end in ends}) == 1


def test_branches_stand_in_the_order_of_the_ports_they_lead_to():
    edges = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]
    graph = Network(
        nodes=tuple(Node(id=f"n{i}", kind="ReLU", name=f"n{i}") for i in range(5)),
        edges=tuple(
            Edge(source=f"n{a}", target=f"n{b}", target_port=3 - a if b == 4 else 0)
            for a, b in edges
        ),
    )
    places = arrange(graph, lambda node: SIZE)
    assert places["n3"][0] < places["n2"][0] < places["n1"][0]


def test_a_u_net_stands_in_one_line_beside_its_skips():
    places = arrange(unet(4), lambda node: SIZE)
    assert len({x for x, _ in places.values()}) == 1


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "graph",
    [resnet((3, 8, 36, 3)), inception(20), densenet((6, 12, 32, 20))],
    ids=["resnet", "inception", "densenet"],
)
def test_a_network_of_five_hundred_nodes_is_arranged_quickly(graph):
    assert len(graph.nodes) >= 440
    begun = time.process_time()
    places = arrange(graph, lambda node: SIZE, room=(1000.0, 800.0))
    assert time.process_time() - begun < 2.0
    assert len(set(places.values())) == len(graph.nodes)


def test_a_frame_stays_around_its_nodes_in_one_column():
    graph = chain(12).replace(frames=(Frame(id="f", title="Body"),))
    held = {"f": ["n3", "n4", "n5"]}
    places = arrange(graph, lambda node: SIZE, wrap_at=4 * 168.0, held=held)
    boxes = {id: (x, y, x + SIZE[0], y + SIZE[1]) for id, (x, y) in places.items()}
    (frame,) = arrange_frames(graph, boxes, boxes, held)
    assert [id for id, box in boxes.items() if frame.holds(box)] == held["f"]
    others = [box for id, box in boxes.items() if id not in held["f"]]
    left, top, right, bottom = frame.box
    assert not any(b[0] < right and left < b[2] and b[1] < bottom and top < b[3] for b in others)


def test_a_note_follows_the_card_beside_it():
    note = Frame(id="note", text="why?", position=(240.0, 0.0), size=(160.0, 80.0))
    graph = chain(2).replace(frames=(note,))
    before = {"n0": (0, 0, 200, 128), "n1": (0, 900, 200, 1028)}
    after = {"n0": (64, 64, 264, 192), "n1": (64, 232, 264, 360)}
    (moved,) = arrange_frames(graph, after, before, {})
    assert moved.position == (304.0, 64.0)


def test_a_network_fills_the_room_it_is_arranged_for():
    for width, height in ((900.0, 760.0), (500.0, 900.0), (1600.0, 500.0)):
        places = arrange(chain(30), lambda node: SIZE, room=(width, height))
        across = max(x for x, _ in places.values()) + SIZE[0]
        down = max(y for _, y in places.values()) + SIZE[1]
        scale = min(width / across, height / down)
        # The cards and their gaps, without any waste, would be seen at this scale.
        ideal = (width * height / (30 * (200 + COLUMN_GAP) * (128 + LAYER_GAP))) ** 0.5
        assert scale > 0.8 * ideal


def test_a_network_that_fits_stays_in_one_column():
    places = arrange(chain(4), lambda node: SIZE, room=(900.0, 760.0))
    assert {x for x, _ in places.values()} == {0.0}
