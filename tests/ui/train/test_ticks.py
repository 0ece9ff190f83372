from __future__ import annotations

import pytest

from cnnstudio.ui.train.ticks import CountAxis, MemoryAxis, PercentAxis


def texts(axis, low: float, high: float) -> list[str]:
    """What stands at the ticks that are labelled."""
    (spacing, values), *_ = axis.tickValues(low, high, 400)
    return axis.tickStrings(values, 1.0, spacing)


def test_parts_of_an_epoch_are_counted_until_there_are_two(qtbot):
    axis = CountAxis("bottom")
    assert texts(axis, 0, 0.05) == ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05"]
    assert texts(axis, 0, 3) == ["0", "1", "2", "3"]
    assert texts(axis, 0, 24_000) == ["0", "5 k", "10 k", "15 k", "20 k"]


def test_no_factor_is_written_after_an_axis_title(qtbot):
    axis = CountAxis("bottom")
    axis.setLabel("epoch")
    axis.setRange(0, 0.005)
    assert "x0.001" not in axis.label.toPlainText()


@pytest.mark.parametrize(
    ("values", "spacing", "told"),
    [
        ((1.0950e9, 1.1e9), 5e6, ["1.095 GB", "1.100 GB"]),
        ((0, 5e8), 5e8, ["0", "500 MB"]),
        ((0, 5e8, 1e9), 5e8, ["0", "0.5 GB", "1.0 GB"]),
        ((0, 1e9, 2e9), 1e9, ["0", "1 GB", "2 GB"]),
    ],
)
def test_neighbours_on_the_memory_axis_differ(qtbot, values, spacing, told):
    assert MemoryAxis("left").tickStrings(values, 1.0, spacing) == told


def test_shares_have_the_digits_that_tell_them_apart(qtbot):
    axis = PercentAxis("left")
    assert axis.tickStrings((0.92, 0.93), 1.0, 0.01) == ["92 %", "93 %"]
    assert axis.tickStrings((0.92, 0.925), 1.0, 0.005) == ["92.0 %", "92.5 %"]
