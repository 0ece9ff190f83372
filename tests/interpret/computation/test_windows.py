"""Convolutions and poolings: what is told of each value comes to what torch gives."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnstudio.interpret.computation.axes import Axis
from cnnstudio.interpret.computation.compute import computation, working_of
from cnnstudio.interpret.computation.sliding import Convolution, ConvolutionAt, Pooling, PoolingAt
from tests.interpret.networks import traced

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


def image(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, *shape, generator=torch.Generator().manual_seed(seed))


def assert_all_places(layer: nn.Module, input: torch.Tensor, form: type) -> None:
    """Each place of each unit, against the layer called by itself."""
    model = traced(nn.Sequential(layer))
    with torch.no_grad():
        truth = layer(input)[0].numpy()
    for unit in range(len(truth)):
        working = working_of(model, (input,), "_0", unit)
        assert isinstance(working, form), working
        for place in np.ndindex(truth[unit].shape):
            told = working.at(place)
            assert told.agrees
            assert told.result == pytest.approx(float(truth[unit][place]), rel=1e-5, abs=1e-5)


@st.composite
def convolutions(draw, dimensions: int):
    numbers = lambda low, high: tuple(draw(st.integers(low, high)) for _ in range(dimensions))  # noqa: E731
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    kernel, dilation, mode = numbers(1, 3), numbers(1, 2), draw(
        st.sampled_from(["zeros", "reflect", "replicate", "circular"])
    )  # fmt: skip
    padding = draw(st.one_of(st.just("same"), st.just("valid"), st.just(numbers(0, 2))))
    stride = (1,) * dimensions if padding == "same" else numbers(1, 3)
    sizes = numbers(5, 8) if dimensions < 3 else numbers(5, 6)
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[dimensions - 1]
    layer = kind(
        inputs, outputs, kernel, stride, padding, dilation, groups, draw(st.booleans()), mode
    )
    return layer, image(inputs, *sizes)


@given(convolutions(dimensions=2))
@FEW
def test_any_convolution_is_the_sum_of_its_products(made):
    assert_all_places(*made, Convolution)


@given(st.one_of(convolutions(dimensions=1), convolutions(dimensions=3)))
@settings(FEW, max_examples=10)
def test_so_are_those_of_series_and_volumes(made):
    assert_all_places(*made, Convolution)


@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2),
    st.sampled_from([1, 2]), st.booleans(),
)  # fmt: skip
@settings(FEW, max_examples=20)
def test_a_transposed_convolution_sums_what_paints_here(
    count, kernel, stride, padding, dilation, groups, bias
):
    assume(padding <= dilation * (kernel - 1))
    layer = nn.ConvTranspose2d(
        2 * groups, count * groups, (kernel, kernel + 1), stride, padding,
        output_padding=max(0, min(stride, dilation) - 1), groups=groups, bias=bias,
        dilation=dilation,
    )  # fmt: skip
    assert_all_places(layer, image(2 * groups, 4, 5), Convolution)


@given(st.data())
@settings(FEW, max_examples=40)
def test_any_pooling_of_windows(data):
    draw = data.draw
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding, ceil = draw(st.integers(0, min(kernel) // 2)), draw(st.booleans())
    layer = draw(
        st.sampled_from(
            [
                nn.MaxPool2d(kernel, stride, padding, draw(st.integers(1, 2)), ceil_mode=ceil),
                nn.AvgPool2d(kernel, stride, padding, ceil, draw(st.booleans())),
                nn.AvgPool2d(kernel, stride, padding, ceil, True, divisor_override=3),
                nn.LPPool2d(draw(st.sampled_from([1.0, 2.0, 3.0])), kernel, stride, ceil),
            ]
        )
    )
    input = image(2, draw(st.integers(6, 9)), draw(st.integers(6, 9)))
    assert_all_places(layer, input.abs() if isinstance(layer, nn.LPPool2d) else input, Pooling)


@pytest.mark.parametrize(
    "layer",
    [nn.AdaptiveAvgPool2d((3, 2)), nn.AdaptiveMaxPool2d((2, 5)), nn.AdaptiveAvgPool2d(1)],
)
def test_an_adaptive_pooling_shares_the_input_evenly(layer):
    assert_all_places(layer, image(2, 7, 8), Pooling)


def test_poolings_of_series_and_volumes():
    assert_all_places(nn.MaxPool1d(3, 2, 1), image(2, 9), Pooling)
    assert_all_places(nn.AvgPool3d(2, padding=1), image(2, 4, 5, 4), Pooling)


def test_the_window_is_told_with_its_place_and_padding():
    layer = nn.Conv2d(2, 3, 3, stride=2, padding=1)
    input = image(2, 6, 7)
    told = computation(traced(nn.Sequential(layer)), input, "_0", 1, (0, 2))
    assert isinstance(told, ConvolutionAt)

    assert [list(places) for places in told.places] == [[-1, 0, 1], [3, 4, 5]]
    assert told.padded.tolist() == [[True] * 3, [False] * 3, [False] * 3]
    under = functional.pad(input[0], (1, 1, 1, 1))[:, 0:3, 4:7].numpy()
    assert np.array_equal(told.values, under)
    assert np.array_equal(told.weights, layer.weight[1].detach().numpy())
    assert np.allclose(told.products, under * layer.weight[1].detach().numpy())
    assert told.sums.sum() + told.bias == pytest.approx(told.value, abs=1e-5)


def test_a_group_sees_its_own_channels_only():
    layer = nn.Conv2d(6, 4, 3, groups=2)
    told = computation(traced(nn.Sequential(layer)), image(6, 5, 5), "_0", 3)
    assert isinstance(told, ConvolutionAt)
    assert told.first == 3 and told.values.shape == (3, 3, 3)


def test_the_winner_is_where_torch_says():
    input = image(1, 8, 8)
    _, indices = functional.max_pool2d(input, 2, return_indices=True)
    model = traced(nn.Sequential(nn.MaxPool2d(2)))
    for place in np.ndindex(4, 4):
        told = computation(model, input, "_0", 0, place)
        assert isinstance(told, PoolingAt) and told.winner is not None
        row, column = (int(places[at]) for places, at in zip(told.places, told.winner, strict=True))
        assert row * 8 + column == int(indices[0, 0][place])


@given(
    st.integers(4, 12), st.sampled_from([1, 3, 5]), st.integers(1, 3), st.integers(0, 2),
    st.integers(1, 2),
)  # fmt: skip
@settings(FEW, max_examples=60)
def test_the_place_nearest_to_a_windows_middle_is_that_windows(
    size, kernel, stride, padding, dilation
):
    assume(size + 2 * padding >= dilation * (kernel - 1) + 1)
    count = (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    axis = Axis(size, count, kernel, stride, padding, padding, dilation)
    for output in range(count):
        places = axis.taps(output).places
        assert axis.nearest(int(places[kernel // 2])) == output
    assert axis.margins[0] == padding


def test_padding_that_repeats_reads_the_pixel_it_repeats():
    layer = nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")
    input = image(1, 5, 5)
    told = computation(traced(nn.Sequential(layer)), input, "_0", 0, (0, 0))
    padded = functional.pad(input, (1, 1, 1, 1), mode="reflect")[0, 0, :3, :3].numpy()
    assert isinstance(told, ConvolutionAt)
    assert np.array_equal(told.values[0], padded) and told.padded[0].all()


def test_a_convolution_with_a_forward_of_its_own_is_not_mistaken_for_a_plain_one():
    class Doubled(nn.Conv2d):
        def forward(self, input):
            return super().forward(input) * 2

    told = computation(nn.Sequential(Doubled(1, 1, 3)), image(1, 5, 5), "0")
    assert told.result is None and "not shown step by step" in told.sentence


def test_weight_normalised_convolutions_are_told_with_the_weights_in_use():
    layer = nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 2, 3))
    told = computation(traced(nn.Sequential(layer)), image(2, 5, 5), "_0", 1)
    assert isinstance(told, ConvolutionAt) and told.agrees
