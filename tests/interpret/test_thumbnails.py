"""Thumbnails of every node from one run, and the pictures made of maps and heat."""

import numpy as np
import torch
from torch import nn

from cnnstudio.interpret.figures.colour import coloured, scaled
from cnnstudio.interpret.figures.pictures import mosaic, overlay
from cnnstudio.interpret.subject import open_untrained
from cnnstudio.interpret.thumbnails import look
from cnnstudio.training.living.thumbnails import node_looks
from tests.training.networks import small

from .networks import Functions, images, traced


def test_each_node_has_its_pictures_or_its_values():
    found, _ = node_looks(traced(Functions()), images(2), count=4, size=24)

    assert list(found) == ["image", "first", "relu", "second", "add", "relu_1", "mean", "fc"]
    assert found["add"].maps.shape == (2, 4, 16, 16) and found["fc"].values.shape == (2, 4)
    assert found["image"].maps.shape == (2, 3, 16, 16)
    assert found["add"].channels == 6 and found["add"].size == 6 * 16 * 16


def test_what_a_layer_gave_is_seen_before_the_next_one_writes_over_it():
    model = traced(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)))
    found, _ = node_looks(model, images(1), count=4, size=24)
    assert found["_0"].number("low")[0] < 0 <= found["_1"].number("low")[0]


def test_units_that_are_zero_everywhere_are_counted():
    model = traced(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
    with torch.no_grad():
        model.get_submodule("0").bias[:2] = -1e6
        model.get_submodule("0").bias[2:] = 1e6
    found, _ = node_looks(model, images(1), count=4, size=24)
    assert [found[name].number("silent")[0] for name in ("_0", "_1")] == [0, 2]
    assert found["_1"].number("zeros")[0] == 0.5 and not found["_1"].maps[0, :2].any()


def test_maps_larger_than_wanted_are_means_of_what_they_cover():
    model = traced(nn.Sequential(nn.Identity()))
    wide = torch.rand(1, 1, 10, 40)
    maps = node_looks(model, wide, 1, 20)[0]["_0"].maps[0, 0]
    means = wide[0, 0].reshape(5, 2, 20, 2).mean((1, 3))
    levels = (means - means.min()) / (means.max() - means.min()) * 255
    assert maps.shape == (5, 20) and np.abs(maps - levels.numpy()).max() <= 0.5 + 1e-3


def test_a_project_is_looked_into_with_several_of_its_images():
    subject = open_untrained(small())
    found = look(subject, [("test", 0), ("validation", 2)], gradients=True)
    truth = [subject.splits.test.labels[0], subject.splits.validation.labels[2]]
    assert [probe.label for probe in found.probes] == truth
    assert np.allclose(found.probabilities.sum(1), 1)
    alone = look(subject, [("validation", 2)], gradients=True)
    for name, node in found.nodes.items():
        assert np.allclose(node.numbers[1], alone.nodes[name].numbers[0], atol=1e-5)
        assert np.allclose(node.gradient[1], alone.nodes[name].gradient[0], atol=1e-6)


def test_a_mosaic_has_a_tile_for_each_map():
    maps = np.random.default_rng(0).random((5, 4, 4))
    picture = mosaic(maps, tile=8)
    assert picture.shape == (2 * 10 - 2, 3 * 10 - 2, 3) and picture.dtype == np.uint8


def test_hot_places_are_coloured_and_cold_ones_are_not():
    image = np.full((8, 8, 3), 120, np.uint8)
    heat = np.zeros((8, 8))
    heat[2, 2] = 1
    picture = overlay(image, heat).astype(int)
    assert np.ptp(picture[2, 2]) > np.ptp(picture[6, 6])


def test_colour_maps_end_in_their_known_colours():
    assert coloured(np.array([0.0, 1.0]), "viridis").tolist() == [[68, 1, 84], [253, 231, 37]]


def test_scaling_constant_values_gives_zero():
    assert not scaled(np.full((3, 3), 7.0)).any()
