"""Runs of any length are drawn as they are, and in no time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.ui.train.feed import EVENTS_AT_ONCE, Feed
from cnnstudio.ui.train.peaks import BLOCK, LONG, Peaks
from cnnstudio.ui.train.smoothing import Smoothing, smoothed
from tests.ui.conftest import wait_for
from tests.ui.train.conftest import append, drawn, start, step


@given(st.integers(LONG + 1, 60_000), st.integers(0, 2**32 - 1), st.sampled_from([500, 1500]))
def test_no_peak_of_a_long_curve_is_lost_and_few_points_are_left(count, seed, most):
    chance = np.random.default_rng(seed)
    y = chance.normal(size=count)
    y[chance.integers(count, size=5)] = np.nan
    x = np.arange(count, dtype=float)
    xs, ys = Peaks()(x, y, 0, count, most)

    assert len(xs) == len(ys) <= 3 * most + BLOCK
    assert np.nanmin(ys) == np.nanmin(y) and np.nanmax(ys) == np.nanmax(y)
    assert (np.diff(xs) >= 0).all()


def test_a_curve_that_grew_has_the_peaks_of_one_drawn_at_once():
    y = np.random.default_rng(0).normal(size=700_000).cumsum()
    x = np.arange(len(y), dtype=float)
    growing = Peaks()
    for count in (5_000, 300_000, 300_100, 700_000):
        found = growing(x[:count], y[:count], 0, count, 1000)
        np.testing.assert_array_equal(found, Peaks()(x[:count], y[:count], 0, count, 1000))


def test_what_is_in_sight_is_drawn_as_it_is():
    y = np.random.default_rng(0).normal(size=100_000)
    x = np.arange(len(y), dtype=float)
    xs, ys = Peaks()(x, y, 70_000, 73_000, 1000)
    np.testing.assert_array_equal(xs, x[70_000:73_000])
    np.testing.assert_array_equal(ys, y[70_000:73_000])


@given(st.lists(st.integers(1, 6000), min_size=1, max_size=5), st.sampled_from([2, 50, 3000]))
def test_averages_of_a_curve_that_grows_are_those_of_the_whole(sizes, span):
    count = sum(sizes)
    values = np.random.default_rng(count).normal(size=count)
    values[::97] = np.nan
    steps = np.cumsum(np.random.default_rng(0).integers(1, 20, size=count)).astype(float)
    growing = Smoothing(span)
    for end in np.cumsum(sizes):
        found = growing(values[:end], steps[:end])
    np.testing.assert_allclose(found, smoothed(values, steps, span), rtol=1e-9)


@pytest.fixture
def long_run(make_run):
    return make_run("2026-11-24T10-31-05-long", [start(1200), *map(step, range(1, 12_001))])


def test_a_zoom_shows_each_point_that_is_in_sight(workspace, long_run, qtbot):
    workspace._session.show_run(long_run)
    workspace.bar.slider.setValue(0)
    workspace.bar.steps.click()
    plots = workspace.plots
    wait_for(qtbot, lambda: len(plots.curves.steps) == 12_000)
    wait_for(qtbot, lambda: 0 < len(drawn(plots.loss.train)[0]) < 5000)

    plots.loss.item.getViewBox().setXRange(5000, 5100, padding=0)
    wait_for(qtbot, lambda: 100 <= len(drawn(plots.loss.train)[0]) <= 104)
    x, y = drawn(plots.loss.train)
    assert y == [step(int(number))["loss"] for number in x]


def test_a_long_history_is_taken_in_while_the_window_lives(qtbot):
    feed = Feed()
    events = [start(5000), *map(step, range(1, 3 * EVENTS_AT_ONCE))]
    curves = feed.begin(events)
    assert len(curves.steps) < len(events) / 2

    feed.take([step(3 * EVENTS_AT_ONCE)])
    wait_for(qtbot, lambda: len(curves.steps) == 3 * EVENTS_AT_ONCE)
    assert (np.diff(curves.steps["step"]) == 1).all()


def test_a_line_torn_in_the_middle_of_many_takes_none_with_it(long_run):
    append(long_run, step(12_001))
    with long_run.events_file.open("a") as stream:
        stream.write('{"type": "step", "lo\n')
    append(long_run, step(12_002))
    told, offset = long_run.events()

    assert len(told) == 12_003 and offset == long_run.events_file.stat().st_size
    some, after = long_run.events(0, most=1000)
    assert 0 < len(some) < 20 and long_run.events(after)[0] == told[len(some) :]
