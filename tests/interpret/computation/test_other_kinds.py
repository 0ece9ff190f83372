"""What is told of activations, normalisations, sums and moves comes to what torch gives."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnstudio.compiler.build import build
from cnnstudio.graph import Edge, ExplanationError, Network, Node, Project
from cnnstudio.interpret.capture import node_names
from cnnstudio.interpret.computation.compute import computation, working_of
from cnnstudio.interpret.computation.moving import Moved, MovedAt, Unexplained
from cnnstudio.interpret.computation.normalising import Normalisation, NormalisationAt
from cnnstudio.interpret.computation.pointwise import Pointwise, PointwiseAt
from cnnstudio.interpret.computation.shares import Shares, SharesAt
from cnnstudio.interpret.computation.summing import (
    Combination,
    CombinationAt,
    Linear,
    LinearAt,
)
from cnnstudio.interpret.computation.wire import from_message, to_message
from cnnstudio.interpret.feature_maps import feature_maps
from cnnstudio.kernel.wire import encode, read
from cnnstudio.layers import catalogue
from tests.interpret.networks import Functions, InPlace, Twice, images, traced

from .test_windows import assert_all_places, image


def one_layer(layer: nn.Module) -> nn.Module:
    return traced(nn.Sequential(layer))


ACTIVATIONS = sorted(
    kind.target.removeprefix("torch.nn.")
    for kind in catalogue.values()
    if kind.curve and kind.call == "module" and kind.target.startswith("torch.nn.")
)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_a_point_on_its_curve(name):
    given = (0.1, 0.5) if name == "Threshold" else ()
    layer = getattr(nn, name)(*given).eval()
    assert_all_places(layer, image(2, 3, 3), Pointwise)
    told = computation(one_layer(layer), image(2, 3, 3), "_0", 1)
    assert isinstance(told, PointwiseAt)
    assert told.x.min() < told.input < told.x.max()
    with torch.no_grad():
        assert np.allclose(told.y, layer(torch.from_numpy(told.x)[None, None])[0, 0], atol=1e-6)


def test_each_unit_of_a_learned_activation_has_its_own_curve():
    layer = nn.PReLU(3)
    model = one_layer(layer)
    for unit in range(3):
        told = working_of(model, image(3, 4, 4), "_0", unit)
        assert isinstance(told, Pointwise)
        slope = float(layer.weight[unit].detach())
        assert np.allclose(told.y[told.x < 0], slope * told.x[told.x < 0])
    assert_all_places(layer, image(3, 4, 4), Pointwise)


@pytest.mark.parametrize(
    "layer",
    [
        nn.BatchNorm2d(4), nn.BatchNorm2d(4, affine=False), nn.InstanceNorm2d(4),
        nn.BatchNorm2d(4, track_running_stats=False), nn.InstanceNorm2d(4, affine=True),
        nn.InstanceNorm2d(4, track_running_stats=True), nn.GroupNorm(2, 4), nn.GroupNorm(1, 4),
        nn.LayerNorm([6]), nn.LayerNorm([5, 6]), nn.LayerNorm([4, 5, 6]), nn.RMSNorm([6]),
        nn.LayerNorm([5, 6], elementwise_affine=False), nn.RMSNorm([4, 5, 6], eps=1e-3),
    ],
    ids=repr,
)  # fmt: skip
def test_a_normalisation_is_told_with_its_mean_and_variance(layer):
    if getattr(layer, "running_mean", None) is not None:
        layer.running_mean.normal_()
        layer.running_var.uniform_(0.5, 2)
    assert_all_places(layer.eval(), image(4, 5, 6), Normalisation)


def test_running_averages_are_those_of_the_module():
    layer = nn.BatchNorm2d(3).eval()
    layer.running_mean[1], layer.running_var[1] = 0.25, 4.0
    told = computation(one_layer(layer), image(3, 4, 4), "_0", 1, (2, 3))
    assert isinstance(told, NormalisationAt)
    assert (told.mean, told.variance) == (0.25, 4.0)
    assert told.input == float(image(3, 4, 4)[0, 1, 2, 3])
    assert "running averages" in told.scope


@pytest.mark.parametrize("layer", [nn.Softmax(1), nn.LogSoftmax(1), nn.Softmin(1), nn.Softmax(-1),
                                   nn.Softmax2d()], ids=repr)  # fmt: skip
def test_shares_sum_to_one_over_their_dimension(layer):
    assert_all_places(layer, image(3, 4, 5), Shares)
    told = computation(one_layer(layer), image(3, 4, 5), "_0", 2, (1, 3))
    assert isinstance(told, SharesAt) and told.shares.sum() == pytest.approx(1)


def test_a_linear_layer_is_the_sum_of_its_products():
    layer = nn.Linear(7, 4)
    assert_all_places(layer, image(7), Linear)
    assert_all_places(layer, image(5, 7), Linear)
    told = computation(one_layer(layer), image(7), "_0", 2)
    assert isinstance(told, LinearAt)
    assert np.array_equal(told.weights, layer.weight[2].detach().numpy())


def test_a_layer_in_place_is_told_with_what_it_was_given():
    model, batch = traced(InPlace()), images(1)
    truth = model.conv(batch)[0, 2].detach().numpy()
    told = computation(model, batch, "relu", 2, (3, 4))
    assert isinstance(told, PointwiseAt)
    assert told.input == pytest.approx(float(truth[3, 4]), abs=1e-6)
    assert told.value == max(0.0, told.input)


def test_functions_and_their_inputs_are_told_as_layers_are():
    model, batch = traced(Functions()), images(1)
    kinds = {name: computation(model, batch, name).kind for name in node_names(model)}
    assert kinds == {
        "image": "input", "first": "convolution", "relu": "activation", "second": "convolution",
        "add": "sum", "relu_1": "activation", "mean": "mean over all places", "fc": "linear",
    }  # fmt: skip
    told = computation(model, batch, "add", 1, (2, 3))
    assert isinstance(told, CombinationAt) and told.names == ("first", "second")
    assert told.values.sum() == pytest.approx(told.value, abs=1e-6)


def test_the_uses_of_a_shared_layer_are_told_apart():
    model, batch = traced(Twice()), images(1)
    first, second = (computation(model, batch, name, 0, (1, 1)) for name in ("conv", "conv_1"))
    assert np.array_equal(first.weights, second.weights)
    assert not np.array_equal(first.values, second.values)
    assert first.agrees and second.agrees


class Elsewhere(nn.Module):
    """Puts values elsewhere in every way."""

    def forward(self, image):
        padded = functional.pad(image, (1, 2, 0, 1))
        joined = torch.cat([padded, padded.flip(-1)], dim=1)
        shuffled = functional.pixel_shuffle(joined, 2)
        mirrored = functional.pad(shuffled, (1, 1, 1, 1), mode="reflect")
        turned = functional.interpolate(mirrored, scale_factor=2).permute(0, 1, 3, 2)
        return functional.dropout(turned, training=False).flatten(1)


def test_a_value_that_only_moves_is_traced_to_where_it_was():
    model, batch = traced(Elsewhere()), image(2, 4, 3)
    names = node_names(model)
    maps = feature_maps(model, batch)
    for name, before in zip(names[1:], names, strict=False):
        working = working_of(model, batch, name, 0)
        assert isinstance(working, Moved), name
        for place in np.ndindex(working.output.shape):
            told = working.at(place)
            assert isinstance(told, MovedAt)
            assert told.result == told.value == maps[name][0, 0][place]
            if told.source is not None:
                assert maps[str(told.origin)][0][told.source] == told.value
                assert told.origin == before or (name == "cat" and told.origin in names)


def test_padding_with_zeros_is_told_as_filled_in():
    told = computation(one_layer(nn.ZeroPad2d(1)), image(1, 3, 3), "_0", 0, (0, 2))
    assert isinstance(told, MovedAt) and told.source is None and "filled in" in told.sentence


def test_a_layer_that_is_not_explained_says_so_and_shows_its_values():
    lstm = nn.Sequential(nn.LSTM(4, 3, batch_first=True))
    told = computation(lstm, image(5, 4), "0", 1, (2,))
    assert told.result is None and told.agrees
    assert "not shown step by step" in told.sentence
    assert isinstance(working_of(lstm, image(5, 4), "0"), Unexplained)


def network(*nodes: Node, wires: str) -> Project:
    """`a-b` is a wire; `a-b.1` one to the second port."""
    edges = []
    for wire in wires.split():
        source, _, target = wire.partition("-")
        target, _, port = target.partition(".")
        edges.append(Edge(source=source, target=target, target_port=int(port or 0)))
    return Project(networks=(Network(nodes=nodes, edges=tuple(edges)),))


def node(name: str, kind: str, **parameters) -> Node:
    return Node(id=name, name=name, kind=kind, parameters=parameters)


def test_a_sum_of_three_on_the_canvas_has_three_operands():
    model = build(
        network(
            node("image", "Input", shape=[2, 4, 4]), node("a", "ReLU"), node("b", "Tanh"),
            node("sum3", "Add"), node("pool", "MaxPoolIndices2d"), node("out", "Output"),
            wires="image-a image-b image-sum3 a-sum3.1 b-sum3.2 sum3-pool pool-out",
        )
    ).eval()  # fmt: skip
    told = computation(model, image(2, 4, 4), "sum3", 1, (0, 3))
    assert isinstance(told, CombinationAt) and told.names == ("image", "a", "b")
    assert told.agrees and len(told.values) == 3

    pooled = computation(model, image(2, 4, 4), "pool", 1)
    assert pooled.kind == "max pooling" and pooled.agrees


def test_gates_stretch_over_the_map():
    class Gated(nn.Module):
        def forward(self, image):
            return image * torch.sigmoid(image.mean((2, 3), keepdim=True))

    working = working_of(traced(Gated()), image(2, 3, 4), "mul", 1)
    assert isinstance(working, Combination)
    assert all(working.at(place).agrees for place in np.ndindex(3, 4))


def test_what_does_not_exist_is_named():
    model, batch = traced(InPlace()), images(1)
    with pytest.raises(ExplanationError, match="no layer 'conv9'"):
        computation(model, batch, "conv9")
    with pytest.raises(ExplanationError, match="no unit 5") as caught:
        computation(model, batch, "conv", 5)
    assert caught.value.hint == "Its units are 0 to 4."
    with pytest.raises(ExplanationError, match="no place 16,0") as caught:
        computation(model, batch, "conv", 0, (16, 0))
    assert caught.value.hint == "Places go from 0,0 to 15,15."
    with pytest.raises(ExplanationError, match="3 images"):
        computation(model, images(3), "conv")


def test_the_largest_value_is_told_of_by_itself():
    model, batch = traced(InPlace()), images(1)
    told = computation(model, batch[0].numpy(), "conv", 3)
    assert told.value == pytest.approx(float(model.conv(batch)[0, 3].max().detach()))


def test_the_model_is_left_training():
    model = one_layer(nn.Dropout(0.5)).train()
    told = computation(model, image(2, 3, 3), "_0")
    assert told.kind == "values unchanged" and model.training


def test_workings_come_through_the_wire_as_they_were():
    import io

    model, batch = traced(Functions()), images(1)
    for name in node_names(model):
        working = working_of(model, batch, name, 1)
        stream = io.BytesIO(b"".join(bytes(chunk) for chunk in encode(to_message(working))))
        again = from_message(read(stream))
        place = working.strongest()
        assert again.at(place).to_json() == working.at(place).to_json()
