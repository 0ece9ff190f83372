"""Thumbnails of every node from one run, and the pictures made of maps and heat."""

import numpy as np
import torch
from torch import nn

from cnnstudio.interpret.colour import coloured, scaled
from cnnstudio.interpret.pictures import mosaic, overlay
from cnnstudio.interpret.thumbnails import MapThumbnails, VectorThumbnail, thumbnails

from .networks import Functions, images, traced


def test_each_node_has_its_picture_or_its_values():
    found = thumbnails(traced(Functions()), images()[0], size=24, count=4)

    assert list(found) == ["image", "first", "relu", "second", "add", "relu_1", "mean", "fc"]
    assert isinstance(found["add"], MapThumbnails) and isinstance(found["fc"], VectorThumbnail)
    assert found["add"].maps.shape == (4, 24, 24) and found["add"].maps.dtype == np.uint8
    assert found["image"].maps.shape == (3, 24, 24)
    assert found["add"].channels == 6 and found["fc"].values.shape == (4,)


def test_each_map_spans_black_to_white():
    found = thumbnails(traced(Functions()), images()[0], size=16)["first"]
    assert (found.maps.min((1, 2)) == 0).all() and (found.maps.max((1, 2)) == 255).all()


def test_units_that_are_zero_everywhere_are_counted():
    model = traced(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
    with torch.no_grad():
        model.get_submodule("0").bias[:2] = -1e6
        model.get_submodule("0").bias[2:] = 1e6
    found = thumbnails(model, images()[0])
    assert (found["_0"].silent, found["_1"].silent) == (0, 2)
    assert not found["_1"].maps[:2].any()


def test_maps_of_one_pixel_are_values():
    model = traced(nn.Sequential(nn.AdaptiveAvgPool2d(1)))
    found = thumbnails(model, torch.rand(5, 8, 8))["_0"]
    assert isinstance(found, VectorThumbnail) and found.values.shape == (5,)


def test_maps_that_are_not_square_are_fitted_in():
    model = traced(nn.Sequential(nn.Identity()))
    wide = thumbnails(model, torch.rand(1, 10, 40), size=20)["_0"].maps
    assert not wide[:, :7].any() and not wide[:, -7:].any() and wide[:, 8:12].any()


def test_an_untrained_network_that_overflows_has_thumbnails_too():
    model = traced(nn.Sequential(nn.Identity()))
    picture = torch.rand(2, 8, 8)
    picture[0, 0, 0] = torch.nan
    assert thumbnails(model, picture)["_0"].maps.shape == (2, 40, 40)


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
