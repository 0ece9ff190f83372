"""Two networks side by side."""

from cnnstudio.compiler.check import check
from cnnstudio.compiler.compare import compare
from tests.compiler.drawn import chain


def test_rows_are_matched_by_name_and_stand_in_both_orders():
    first = chain(("Conv2d", "a"), ("ReLU", "b"), ("Linear", "fc"), shape=(3, 8, 8))
    second = chain(("Conv2d", "a"), ("BatchNorm2d", "n"), ("ReLU", "b"), shape=(3, 8, 8))
    found = compare((first.network, check(first)), (second.network, check(second)))
    assert [row.name for row in found.rows] == ["image", "a", "n", "b", "fc", "out"]
    by_name = {row.name: row for row in found.rows}
    assert by_name["n"].kinds == (None, "BatchNorm2d")
    assert not by_name["a"].differs and by_name["n"].differs
    assert found.totals["parameters"] == (check(first).parameters, check(second).parameters)


def test_a_network_compared_with_itself_does_not_differ():
    project = chain(("Conv2d", "a"), ("ReLU", "b"))
    side = (project.network, check(project))
    found = compare(side, side)
    assert not any(row.differs for row in found.rows)
    assert all(one == two for one, two in found.totals.values())
