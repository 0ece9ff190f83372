"""Feature maps: the value at each node, of layers and functions, whatever follows."""

import numpy as np
import pytest
import torch
from torch import fx, nn

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.feature_maps import feature_maps

from .networks import Functions, InPlace, Twice, TwoOutputs, images, traced


def test_every_node_is_captured_functions_too():
    maps = feature_maps(traced(Functions()), images())
    assert list(maps) == ["image", "first", "relu", "second", "add", "relu_1", "mean", "fc"]
    assert maps["add"].shape == (3, 6, 16, 16) and maps["mean"].shape == (3, 6)


def test_a_layer_in_place_does_not_spoil_what_comes_before_it():
    model, batch = traced(InPlace()), images()
    maps = feature_maps(model, batch)
    conv = model.conv(batch).detach().numpy()

    assert np.array_equal(maps["conv"], conv) and conv.min() < 0
    assert np.array_equal(maps["relu"], conv.clip(0))
    assert np.array_equal(maps["image"], images().numpy())


def test_only_the_layers_asked_for_come_back():
    assert list(feature_maps(traced(InPlace()), images(), ["conv", "fc"])) == ["conv", "fc"]


def test_both_uses_of_a_shared_module_have_their_own_maps():
    maps = feature_maps(traced(Twice()), images())
    assert not np.array_equal(maps["conv"], maps["conv_1"])


def test_a_network_with_two_outputs_is_captured():
    assert {"trunk", "side", "fc"} <= set(feature_maps(traced(TwoOutputs()), images()))


def test_a_module_that_is_no_graph_gives_its_submodules():
    model = InPlace().eval()
    batch = images()
    maps = feature_maps(model, batch)
    assert list(maps) == ["conv", "relu", "pool", "fc"]
    assert np.array_equal(maps["conv"], model.conv(batch).detach().numpy())


def test_arrays_are_taken_as_well_as_tensors():
    model = traced(InPlace())
    from_array = feature_maps(model, images().numpy(), ["fc"])["fc"]
    assert np.array_equal(from_array, feature_maps(model, images(), ["fc"])["fc"])


def test_the_model_is_evaluated_and_left_as_it_was():
    model = traced(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Dropout(0.5), nn.BatchNorm2d(2)))
    model.train()
    model.get_submodule("2").eval()
    first = feature_maps(model, images())

    assert model.training and not model.get_submodule("2").training
    again = feature_maps(model, images())
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert all(p.grad is None for p in model.parameters())


def test_an_unknown_layer_is_named_with_those_that_exist():
    with pytest.raises(ExplanationError, match="no layer 'conv9'") as caught:
        feature_maps(traced(InPlace()), images(), ["conv9"])
    assert "conv, relu, pool" in caught.value.hint


def test_maps_of_a_double_precision_network_come_back():
    maps = feature_maps(traced(InPlace()).to(torch.float64), images())
    assert maps["conv"].dtype == np.float64


class Overwriting(nn.Module):
    """Writes over a view of what a convolution gave, and reads both afterwards."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, image):
        given = self.conv(image)
        flat = given.flatten(1)
        flat.mul_(0.5)
        return torch.relu_(given).sum((2, 3)) + flat.mean()


@fx.wrap
def written_over(value):
    value[:, :1] = 0
    return value + 1


class ByOwnFunction(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, image):
        return written_over(self.conv(image))


@pytest.mark.parametrize("made", [Overwriting, ByOwnFunction])
def test_functions_that_write_over_views_spoil_nothing_and_change_nothing(made):
    model, batch = traced(made()), images()
    plain = model(batch.clone())
    maps = feature_maps(model, batch)

    assert np.array_equal(maps["conv"], model.conv(images()).detach().numpy())
    assert np.array_equal(list(maps.values())[-1], plain.detach().numpy())
    assert np.array_equal(batch.numpy(), images().numpy())


def test_the_images_given_are_not_written_over():
    model, batch = traced(nn.Sequential(nn.ReLU(inplace=True))), images() - 0.5
    maps = feature_maps(model, batch)
    assert float(batch.min()) < 0 and np.array_equal(maps["input_1"], batch.numpy())


def test_a_layer_put_in_another_ones_place_is_the_one_that_is_seen():
    model, batch = traced(InPlace()), images()
    before = feature_maps(model, batch, "fc")["fc"]
    model.fc = nn.Linear(5 * 8 * 8, 4)
    assert not np.array_equal(feature_maps(model, batch, "fc")["fc"], before)
