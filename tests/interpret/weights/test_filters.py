"""Weights as pictures: each kind of layer is probed with single inputs, as torch computes it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn
from torch.nn.functional import cosine_similarity

import cnnstudio as cs
from cnnstudio.compiler.build import SHAPE
from cnnstudio.graph import ExplanationError
from cnnstudio.graph.errors import NoWeightsError
from cnnstudio.interpret.weights.figures import weight_colours
from cnnstudio.interpret.weights.filters import filters, principal
from cnnstudio.interpret.weights.finding import found_at
from cnnstudio.interpret.weights.statistics import filter_statistics
from tests.interpret.networks import Functions, Twice, TwoOutputs, traced
from tests.training.networks import chain, lenet, project

KINDS = {
    (False, 1): nn.Conv1d, (False, 2): nn.Conv2d, (False, 3): nn.Conv3d,
    (True, 1): nn.ConvTranspose1d, (True, 2): nn.ConvTranspose2d, (True, 3): nn.ConvTranspose3d,
}  # fmt: skip


def alone(module: nn.Module) -> nn.Module:
    return nn.Sequential(module)


def answers(module: nn.Module, channels: int, size: tuple[int, ...]) -> np.ndarray:
    """What a module gives for each input in which one value is 1: (channels, *size, out, …)."""
    count = channels * int(np.prod(size))
    probes = torch.eye(count).reshape(count, channels, *size)
    with torch.no_grad():
        found = module(probes)
    return found.reshape(channels, *size, *found.shape[1:]).numpy()


@settings(max_examples=30, deadline=None)
@given(
    st.booleans(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3),
    st.lists(st.integers(1, 3), min_size=3, max_size=3),
)  # fmt: skip
def test_a_filter_is_what_the_convolution_weighs_its_inputs_with(
    transposed, dimensions, groups, inputs, outputs, size
):
    size = tuple(size[:dimensions])
    module = KINDS[transposed, dimensions](
        inputs * groups, outputs * groups, size, groups=groups, bias=False
    )
    found = filters(alone(module), "0")
    told = answers(module, inputs * groups, (1,) * dimensions if transposed else size)
    # told: (in, 1…, out, *size) of the transposed, (in, *size, out, 1…) of the others
    told = (
        told.reshape(inputs * groups, outputs * groups, *size)
        if transposed
        else np.moveaxis(told.reshape(inputs * groups, *size, outputs * groups), -1, 1)
    )
    for unit in range(outputs * groups):
        first = unit // outputs * inputs
        expected = told[first : first + inputs, unit]
        assert found.weights[unit].ravel() == pytest.approx(expected.ravel(), abs=1e-6)
    if found.form == "maps" and dimensions > 1:
        kernels = told[found.reads[-1, -1], -1].reshape(-1, *size[-2:])
        assert found.pictures(found.inputs - 1, found.depth - 1)[-1] == pytest.approx(
            kernels[-1], abs=1e-6
        )


def test_a_first_layer_is_in_colour():
    model = traced(Twice())
    found = filters(model, "conv")
    weight = model.conv.weight.detach().permute(0, 2, 3, 1).numpy()

    assert found.views == ("colour", "mean", "principal", 0, 1, 2)
    assert np.array_equal(found.pictures(), weight)
    assert np.array_equal(found.pictures("mean"), weight.mean(-1))
    far = np.abs(weight).max()
    assert np.array_equal(weight_colours(np.zeros((1, 1, 3)), (-far, far)), [[[128, 128, 128]]])
    brightest = np.unravel_index(weight.argmax(), weight.shape)
    if weight.max() == far:
        assert weight_colours(weight[brightest[0]], (-far, far))[brightest[1:]] == 255


def test_the_second_use_of_a_shared_layer_reads_no_image():
    model = traced(Twice())
    second = filters(model, "conv_1")

    assert not second.in_colour
    assert np.array_equal(second.weights, filters(model, "conv").weights)


def test_an_image_stays_one_through_normalisation_and_padding():
    network = chain(
        ("Input", "image", {"shape": [3, 12, 9]}),
        ("BatchNorm2d", "norm", {}),
        ("ZeroPad2d", "pad", {"padding": 1}),
        ("Conv2d", "conv", {"out_channels": 3, "kernel_size": 3}),
        ("Conv2d", "other", {"out_channels": 4, "kernel_size": 3}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    model = cs.build(project(network))

    assert filters(model, "conv").in_colour
    assert not filters(model, "other").in_colour
    assert filters(model, "norm").form == "vector"


def test_a_linear_layer_behind_a_flattened_map_has_pictures_of_it():
    model = cs.build(lenet())
    found = filters(model, "fc1")

    told = answers(nn.Sequential(nn.Flatten(), model.fc1), 16, (5, 5))  # (16, 5, 5, 120)
    bias = model.fc1.bias.detach().numpy()
    assert found.weights[:, :, 0] == pytest.approx(np.moveaxis(told - bias, -1, 0), abs=1e-6)
    assert "16×5×5" in found.note
    assert filters(model, "fc2").form == "matrix"
    assert model.graph.find_nodes(op="call_module", target="pool2")[0].meta[SHAPE] == (16, 5, 5)


def test_a_classifier_of_raw_colour_images_has_templates_in_colour():
    network = chain(
        ("Input", "image", {"shape": [3, 6, 4]}),
        ("Flatten", "flat", {}),
        ("Dropout", "drop", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    model = cs.build(project(network))
    weight = model.head.weight.detach().numpy()

    assert filters(model, "head").pictures().shape == (10, 6, 4, 3)
    assert np.array_equal(filters(model, "head").pictures(2), weight.reshape(10, 3, 6, 4)[:, 2])


def test_a_convolution_of_single_pixels_is_a_matrix():
    module = nn.Conv2d(5, 7, 1)
    found = filters(alone(module), "0")

    assert found.form == "matrix" and found.views == ()
    assert np.array_equal(found.pictures()[0], module.weight.detach().numpy()[:, :, 0, 0])


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 9)
)
def test_the_principal_picture_is_that_of_a_singular_value_decomposition(
    units, inputs, height, width, seed
):
    kernels = np.random.default_rng(seed).normal(size=(units, inputs, height, width))
    found = principal(kernels.astype(np.float32)).reshape(units, -1)
    for unit in range(units):
        _, sizes, right = torch.linalg.svd(torch.from_numpy(kernels[unit].reshape(inputs, -1)))
        expected = float(sizes[0]) * right[0].numpy()
        assert np.abs(found[unit]) == pytest.approx(np.abs(expected), rel=1e-3, abs=1e-4)
        assert found[unit] @ kernels[unit].reshape(inputs, -1).mean(0) >= -1e-6


def test_how_much_the_principal_picture_explains():
    module = nn.Conv2d(4, 3, 3)
    pattern = torch.randn(3, 1, 3, 3)
    with torch.no_grad():
        module.weight.copy_(pattern * torch.tensor([1.0, -2.0, 0.5, 3.0])[:, None, None])
        module.weight[2] = torch.randn(4, 3, 3)
    explained = filters(alone(module), "0").explained()

    assert explained[:2] == pytest.approx(1.0, abs=1e-5) and explained[2] < 0.99


def test_the_statistics_are_torchs():
    weight = torch.randn(9, 4, 3, 3, generator=torch.Generator().manual_seed(5))
    weight[7] = -2.5 * weight[3]
    weight[8] = 3.0 * weight[3]
    weight[0, 0, 0] = 1e-4
    told = filter_statistics(weight.numpy())
    rows = weight.flatten(1)

    assert told.norm == pytest.approx(rows.norm(dim=1).numpy(), rel=1e-5)
    assert told.mean == pytest.approx(rows.mean(1).numpy(), abs=1e-6)
    assert told.std == pytest.approx(rows.std(1, unbiased=False).numpy(), rel=1e-5)
    near = (rows.abs() < 0.01 * rows.abs().max()).float().mean(1)
    assert told.near_zero == pytest.approx(near.numpy())
    assert told.nearest[3] == 8 and told.nearest[8] == 3
    assert told.cosine[3] == pytest.approx(1.0, abs=1e-5)
    pair = rows[0], rows[int(told.nearest[0])]
    assert told.cosine[0] == pytest.approx(float(cosine_similarity(*pair, dim=0)), abs=1e-5)


def test_filters_that_are_all_zero_have_no_direction():
    told = filter_statistics(np.zeros((3, 2, 2), np.float32))

    assert told.norm.tolist() == [0, 0, 0] and told.cosine.tolist() == [0, 0, 0]


def test_attention_tells_query_key_and_value_apart():
    attention = nn.MultiheadAttention(6, 2)
    found = filters(alone(attention), "0")

    assert found.parameters[:4] == ("out_proj.weight", "query", "key", "value")
    values = filters(alone(attention), "0", "value").weights
    assert np.array_equal(values, attention.in_proj_weight.detach().numpy()[12:])


@pytest.mark.parametrize(
    ("module", "parameter", "shape"),
    [
        (nn.Embedding(7, 3), "weight", (7, 3)),
        (nn.LSTM(3, 5), "weight_ih_l0", (20, 3)),
        (nn.Bilinear(3, 4, 2), "weight", (2, 1, 1, 3, 4)),
        (nn.LayerNorm((3, 4)), "weight", (3, 4)),
        (nn.PReLU(), "weight", (1,)),
        (nn.Linear(4, 1), "weight", (1, 4)),
        (nn.Linear(1, 4), "weight", (4,)),
        (nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 3, 2)), "weight", (3, 2, 1, 2, 2)),
    ],
)
def test_other_layers_show_what_they_have(module, parameter, shape):
    found = filters(alone(module), "0", parameter)
    whole = getattr(module, parameter).detach().numpy()

    assert found.weights.shape == shape
    assert np.array_equal(found.weights.ravel(), whole.ravel())
    assert not any("parametrizations" in name for name in found.parameters)


def test_a_layer_in_a_block_is_found_by_its_path():
    model = cs.build(cs.template("resnet18", (3, 64, 64), 4))
    found = filters(model, "layer1.0.conv1")

    assert np.array_equal(
        found.weights[:, :, 0], model.get_submodule("layer1.0.conv1").weight.detach().numpy()
    )
    with pytest.raises(ExplanationError, match="'layer1' is a block") as told:
        filters(model, "layer1")
    assert "layer1.0.conv1" in told.value.hint


def test_what_has_no_weights_says_so():
    model = traced(Functions())
    with pytest.raises(ExplanationError, match="'add' has no weights") as told:
        filters(model, "add")
    assert "first, second, fc" in told.value.hint
    with pytest.raises(ExplanationError, match="has no layer 'third'"):
        filters(model, "third")
    with pytest.raises(ExplanationError, match="no weights named 'scale'"):
        filters(model, "first", "scale")
    with pytest.raises(ExplanationError, match="can't be shown as 'loud'"):
        filters(model, "first").pictures("loud")
    with pytest.raises(ExplanationError, match="no such filter"):
        filters(model, "first").pictures(units=[6])
    with pytest.raises(ExplanationError, match="no slice 1"):
        filters(model, "first").pictures(depth=1)


def test_a_module_that_is_no_graph_works_too():
    found = filters(TwoOutputs(), "trunk")

    assert found.in_colour and not filters(TwoOutputs(), "side").in_colour
    assert not isinstance(TwoOutputs(), fx.GraphModule)


def test_a_figure_has_the_colours_of_the_weights():
    weights = np.array([[[-2.0, 0.0], [1.0, 2.0]], [[0.5, 0.0], [0.0, -0.5]]], np.float32)
    figure = cs.filters_figure(weights)
    own = cs.filters_figure(weights, common=False)

    blue, red = figure.panels[0].pixels[0, 0], figure.panels[0].pixels[1, 1]
    assert blue[2] > blue[0] and red[0] > red[2]
    assert figure.scale.low == -2.0 and own.scale.low is None
    assert np.array_equal(own.panels[1].pixels[1, 1], blue)
    with pytest.raises(ExplanationError, match="no pictures of weights"):
        cs.filters_figure(weights[0])


def test_a_layer_without_weights_leads_to_the_kernels_before_it():
    model = nn.Sequential(
        nn.Identity(), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 3)
    )
    for layer, near in (("0", "1"), ("3", "1")):
        with pytest.raises(NoWeightsError) as raised:
            found_at(model, layer)
        assert raised.value.node == near
    with pytest.raises(NoWeightsError) as raised:
        found_at(nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4)), "0")
    assert raised.value.node == "1"
