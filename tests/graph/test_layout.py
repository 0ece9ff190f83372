"""Auto-layout: no two cards overlap, wires lead on, chains stand straight."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.graph import Edge, Network, Node
from cnnstudio.graph.layout import COLUMN_GAP, LAYER_GAP, arrange

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


@st.composite
def graphs(draw) -> Network:
    """Up to 14 nodes with any wires, also back and to themselves."""
    count = draw(st.integers(0, 14))
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


@pytest.mark.timeout(20)
def test_a_network_of_five_hundred_nodes_is_arranged_quickly():
    count = 500
    edges = [(i, i + 1) for i in range(count - 1)] + [(i, i + 8) for i in range(0, count - 8, 9)]
    assert len(arrange(network(edges, count), lambda node: SIZE, wrap_at=3000.0)) == count


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
