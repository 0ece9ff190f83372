from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.ui.train.smoothing import smoothed

values = st.lists(st.floats(-1e3, 1e3) | st.just(math.nan), min_size=1, max_size=60)


def reference(numbers: list[float], weight: float) -> list[float]:
    """The same, one step after the other."""
    total = count = 0.0
    out = []
    for number in numbers:
        total, count = total * weight, count * weight
        if math.isfinite(number):
            total, count = total + number, count + 1.0
        out.append(total / count if count else math.nan)
    return out


@given(values, st.floats(0.01, 0.99))
def test_it_is_the_debiased_exponential_moving_average(numbers, weight):
    found = smoothed(np.array(numbers), weight)

    np.testing.assert_allclose(found, reference(numbers, weight), rtol=1e-9, atol=1e-7)


@given(st.floats(-10, 10), st.floats(0.0, 0.99))
def test_a_constant_stays_what_it_is_from_the_first_point_on(number, weight):
    np.testing.assert_allclose(smoothed(np.full(50, number), weight), number)


def test_without_smoothing_the_values_are_untouched():
    numbers = np.array([1.0, math.nan, 3.0])

    assert smoothed(numbers, 0.0) is numbers


@pytest.mark.parametrize("count", [0, 1, 100_000])
def test_any_length_is_taken(count):
    assert len(smoothed(np.linspace(0, 1, count), 0.99)) == count
