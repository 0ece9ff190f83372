"""Images made to excite a unit: known optima are found, and what can't be done is said."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

import cnnstudio as cs
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.imagine.painting import Painting, noise_for, shaken
from cnnstudio.interpret.imagine.visualize import Optimisation, visualize
from cnnstudio.interpret.subject import open_run

from .networks import Functions, InPlace, Twice, TwoOutputs, images, traced

STILL = {"jitter": 0, "scale": 0, "rotate": 0}


class Linear(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, 2, 5, bias=False)

    def forward(self, image):
        return self.conv(image)


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_one_unit_of_a_convolution_sees_its_filter_as_the_closed_form_says(channels):
    model, penalty = traced(Linear(channels)), 400.0
    found = visualize(
        model, (channels, 9, 12), "conv", 1, position=(2, 4),
        l2=penalty, steps=300, learning_rate=0.05, parametrization="pixels", **STILL,
    )  # fmt: skip
    # The maximum of <w, x> − λ · mean (x − ½)² is x = ½ + w · pixels / 2 λ.
    seen = found.levels[0, :, 2:7, 4:9]
    weight = model.conv.weight[1].detach().numpy()
    assert np.corrcoef(seen.ravel(), weight.ravel())[0, 1] > 0.99
    expected = 0.5 + weight * found.levels[0].size / (2 * penalty)
    np.testing.assert_allclose(seen, expected, atol=0.01)
    outside = found.levels[0].copy()
    outside[:, 2:7, 4:9] = 0.5
    assert np.abs(outside - 0.5).max() < 0.01
    assert found.images.shape == (1, 9, 12, 3) and found.images.dtype == np.uint8


def test_waves_find_the_filter_too():
    model = traced(Linear(1))
    found = visualize(model, (1, 9, 9), "conv", 0, position=(2, 2), l2=400, steps=300, **STILL)
    seen = found.levels[0, :, 2:7, 2:7].ravel()
    weight = model.conv.weight[0].detach().numpy().ravel()
    assert np.corrcoef(seen, weight)[0, 1] > 0.99


def test_a_planted_unit_is_excited_far_above_noise_and_every_sample():
    model = traced(nn.Sequential(nn.Conv2d(3, 4, 7, padding=3), nn.ReLU(inplace=True)))
    cross = -torch.ones(3, 7, 7)
    cross[:, 3, :], cross[:, :, 3] = 2, 2
    conv = model.get_submodule("0")
    conv.weight.data[2], conv.bias.data[2] = cross - cross.mean(), 0
    many = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    best = model(many)[:, 2].mean((1, 2)).max().item()
    found = visualize(model, (3, 16, 16), "_1", 2, steps=100)
    assert found.values[0] > 2 * best and found.values[0] > 2 * found.before[0]
    assert found.curve.shape == (100, 1) and found.curve[-10:].mean() > found.curve[:10].mean()
    own = model(torch.from_numpy(found.levels))[:, 2].mean().item()
    assert found.values[0] == pytest.approx(own, rel=1e-4)


def test_a_class_of_a_trained_network_is_told_from_its_picture():
    run = cs.train(few_digits())
    mean, std = run_normalization(run)
    model = run.model()
    classes = [0, 3, 8]
    found = visualize(model, (1, 12, 12), None, classes, steps=120, normalization=(mean, std))
    assert found.levels.min() >= 0 and found.levels.max() <= 1
    seen = torch.from_numpy((found.levels - mean.reshape(-1, 1, 1)) / std.reshape(-1, 1, 1))
    chances = model.eval()(seen.float()).softmax(1).detach().numpy()
    np.testing.assert_allclose(found.probabilities, chances[range(3), classes], atol=1e-4)
    assert found.probabilities.min() > 0.9


def few_digits():
    project = cs.template("small_cnn", input_shape=(1, 12, 12), classes=10)
    training = project.training.model_copy(update={"epochs": 3, "threads": 1})
    return project.model_copy(update={"training": training})


def run_normalization(run):
    found = open_run(run.path, "best").normalization
    assert found is not None
    return found


def test_the_opposite_direction_falls_below_the_noise():
    model = traced(InPlace())
    found = visualize(model, (3, 16, 16), "conv", 1, steps=40, negative=True)
    assert found.values[0] < found.before[0] - 0.1


def test_units_in_one_batch_get_the_pictures_they_get_alone():
    model = traced(Functions())
    asked = {"steps": 8, "starts": 2}
    together = visualize(model, (3, 16, 16), "add", [4, 1], **asked)
    alone = visualize(model, (3, 16, 16), "add", 1, **asked)
    assert together.units == [4, 4, 1, 1]
    np.testing.assert_allclose(together.levels[2:], alone.levels, atol=1e-4)
    assert np.abs(alone.levels[0] - alone.levels[1]).max() > 0.05


def test_going_on_in_stages_ends_where_one_go_ends_and_may_be_taken_back():
    asked = (traced(Functions()), (3, 12, 16), "relu_1", [0])
    whole, staged = Optimisation(*asked), Optimisation(*asked)
    whole.go_on(12)

    def stop(share, text):
        if text == "step 5 of 12":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        staged.go_on(12, stop)
    assert staged.step == 5 and len(staged.result().curve) == 5
    staged.go_on(12)
    np.testing.assert_array_equal(whole.result().levels, staged.result().levels)


@pytest.mark.parametrize(
    ("network", "layer"),
    [(InPlace, "conv"), (InPlace, "relu"), (InPlace, "fc"), (Functions, "add"),
     (Functions, "relu_1"), (Functions, "mean"), (Twice, "conv"), (Twice, "conv_1"),
     (TwoOutputs, "side"), (TwoOutputs, None), (InPlace, "image")],
)  # fmt: skip
def test_any_node_can_be_imagined_and_a_module_that_is_no_graph(network, layer):
    found = visualize(traced(network()), (3, 16, 16), layer, 1, steps=15)
    assert found.values[0] > found.before[0]
    if layer in ("conv", "fc", "side"):
        torch.manual_seed(0)
        plain = network()
        plain.load_state_dict(traced(network()).state_dict())
        if network is not Twice:
            again = visualize(plain, (3, 16, 16), layer, 1, steps=15)
            np.testing.assert_allclose(again.levels, found.levels, atol=1e-4)


def test_the_network_is_left_as_it_was():
    model = traced(InPlace()).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    visualize(model, (3, 16, 16), "conv", steps=3)
    assert model.training and model.fc.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_smoothness_and_diversity_do_what_they_say():
    model = traced(Functions())
    rough = visualize(model, (3, 16, 16), "add", 0, steps=60, starts=2)
    smooth = visualize(model, (3, 16, 16), "add", 0, steps=60, tv=50.0)
    diverse = visualize(model, (3, 16, 16), "add", 0, steps=60, starts=2, diversity=100.0)

    def grain(levels):
        return np.abs(np.diff(levels, axis=-1)).mean()

    def alike(found):
        value = cs.feature_maps(model, found.levels, "add")["add"].reshape(2, 6, -1)
        grams = [(one @ one.T).ravel() for one in value]
        return grams[0] @ grams[1] / np.linalg.norm(grams[0]) / np.linalg.norm(grams[1])

    assert grain(smooth.levels[0]) < 0.5 * grain(rough.levels[0])
    assert alike(diverse) < alike(rough)


@given(
    some.integers(1, 4), some.integers(2, 17), some.integers(2, 17),
    some.sampled_from(["fourier", "pixels"]),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_levels_are_in_range_for_any_shape_and_begin_near_grey(channels, height, width, kind):
    noise = noise_for(kind, (channels, height, width), torch.Generator().manual_seed(0))
    levels = Painting(noise, (height, width), kind, torch.zeros(1)).levels()
    assert levels.shape == (1, channels, height, width)
    assert levels.min() > 0 and levels.max() < 1 and (levels - 0.5).abs().max() < 0.2


def test_moving_by_whole_pixels_is_a_roll_with_grey_behind_it():
    image = images(1, 10)
    moved = shaken(image, torch.tensor([[0.5, -1.0, 0, 0]]), 0.2, 0, 0)
    # Sampled one pixel to the right and two above.
    np.testing.assert_allclose(moved[..., 2:, :-1], image[..., :-2, 1:], atol=1e-5)
    np.testing.assert_allclose(moved[..., :2, :], 0.5, atol=1e-5)


def test_turning_is_torchvision_s():
    from torchvision.transforms.v2 import InterpolationMode
    from torchvision.transforms.v2 import functional as reference

    image = images(1, 12)[..., :9]
    turned = shaken(image, torch.tensor([[0, 0, 0, 1.0]]), 0, 0, 30)
    expected = reference.rotate(image - 0.5, 30, InterpolationMode.BILINEAR) + 0.5
    np.testing.assert_allclose(turned, expected, atol=1e-4)


def test_what_can_not_be_done_is_said():
    model = traced(InPlace())
    for asked, said in (
        ({"layer": "nowhere"}, "no layer 'nowhere'"),
        ({"layer": "conv", "unit": 5}, "no unit 5: 'conv' has 5"),
        ({"unit": 4}, "no class 4"),
        ({"layer": "conv", "position": (16, 0)}, "16×16 positions"),
        ({"layer": "fc", "position": (0, 0)}, "no positions"),
        ({"layer": "conv", "steps": 0}, "Steps"),
        ({"layer": "fc", "starts": 2, "diversity": 1.0}, "no positions"),
    ):
        with pytest.raises(ExplanationError, match=said):
            visualize(model, (3, 16, 16), **asked)
    with pytest.raises(ExplanationError, match="C×H×W"):
        visualize(model, (3, 16), "conv")


def test_a_dead_unit_is_named():
    model = traced(InPlace())
    model.conv.weight.data[3], model.conv.bias.data[3] = 0, -1
    found = visualize(model, (3, 16, 16), "relu", [2, 3], steps=3)
    assert "Unit 3 of 'relu' gave no gradient" in found.note
    assert not visualize(model, (3, 16, 16), "relu", 2, steps=3).note
