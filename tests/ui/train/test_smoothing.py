from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.ui.train.smoothing import smoothed

numbers = st.floats(-1e3, 1e3) | st.just(math.nan)
told = st.lists(st.tuples(st.integers(1, 9), numbers), min_size=1, max_size=40)


def reference(values: list[float], gaps: list[int], span: float) -> list[float]:
    """The same, one training step after the other: each has the value told at its end."""
    weight = 1.0 - 1.0 / span
    total = count = 0.0
    out = []
    for value, gap in zip(values, gaps, strict=True):
        for _ in range(gap):
            total, count = total * weight, count * weight
            if math.isfinite(value):
                total, count = total + value, count + 1.0
        out.append(total / count if count else math.nan)
    return out


@given(told, st.floats(1.1, 1000.0))
def test_it_is_the_debiased_exponential_moving_average_over_steps(pairs, span):
    gaps, values = [list(column) for column in zip(*pairs, strict=True)]

    found = smoothed(np.array(values), np.cumsum(gaps).astype(float), span)

    np.testing.assert_allclose(found, reference(values, gaps, span), rtol=1e-6, atol=1e-6)


def test_a_fast_machine_that_tells_every_eighth_step_shows_the_same_average():
    each = np.repeat([2.0, 1.0, 0.5, 0.4], 8)
    steps = np.arange(1.0, 33.0)

    often = smoothed(each, steps, 10.0)
    seldom = smoothed(each[7::8], steps[7::8], 10.0)

    np.testing.assert_allclose(seldom, often[7::8])


@given(st.floats(-10, 10), st.floats(0.0, 1000.0))
def test_a_constant_stays_what_it_is_from_the_first_point_on(number, span):
    steps = np.arange(1.0, 51.0)

    np.testing.assert_allclose(smoothed(np.full(50, number), steps, span), number, atol=1e-300)


def test_without_smoothing_the_values_are_untouched():
    values = np.array([1.0, math.nan, 3.0])

    assert smoothed(values, np.arange(3.0), 0) is values


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_any_length_is_taken(count):
    steps = np.arange(1.0, count + 1.0)

    assert np.isfinite(smoothed(np.linspace(0, 1, count), steps, 10_000)).all()
