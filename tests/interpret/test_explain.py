"""Explanations equal their formula, written out with autograd, and say where they don't apply."""

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam, Saliency
from torch import nn
from torch.nn import functional

import cnnstudio as cs
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.explain import explain, explanation

from .networks import Functions, InPlace, Twice, TwoOutputs, images, traced


def gradcam_formula(activation, score, size=16):
    """Grad-CAM of a (N, C, h, w) activation that `score` (N,) was computed from."""
    (gradient,) = torch.autograd.grad(score.sum(), activation)
    weights = gradient.mean((2, 3), keepdim=True)
    cam = functional.relu((weights * activation).sum(1, keepdim=True))
    large = functional.interpolate(cam, size=(size, size), mode="bilinear", align_corners=False)
    return large[:, 0].detach().numpy()


def test_gradients_are_the_score_s_derivatives():
    model, batch = traced(InPlace()), images().requires_grad_()
    (gradient,) = torch.autograd.grad(model(batch)[:, 2].sum(), batch)
    expected = gradient.abs().amax(1).numpy()

    heat = explain(model, images(), "gradients", target=2)
    assert heat.shape == (3, 16, 16) and heat.dtype == np.float32
    np.testing.assert_allclose(heat, expected, atol=1e-5)


def test_gradients_equal_captum_s():
    model = traced(Functions())
    batch = images().requires_grad_()
    expected = Saliency(model).attribute(batch, target=1).amax(1).numpy()
    np.testing.assert_allclose(explain(model, images(), "gradients", 1), expected, atol=1e-5)


def test_gradcam_of_a_layer_equals_captum_s():
    model = traced(InPlace())
    cam = LayerGradCam(model, model.pool).attribute(images(), target=3, relu_attributions=True)
    expected = functional.interpolate(cam, size=(16, 16), mode="bilinear")[:, 0].detach().numpy()

    heat = explain(model, images(), "gradcam", 3, "pool")
    np.testing.assert_allclose(heat, expected, atol=1e-5)


def test_gradcam_before_a_layer_in_place_uses_the_values_before_it():
    model = traced(InPlace())
    conv = model.conv(images())
    score = model.fc(model.pool(functional.relu(conv)).flatten(1))[:, 0]
    expected = gradcam_formula(conv, score)

    assert expected.max() > 0
    np.testing.assert_allclose(explain(model, images(), "gradcam", 0, "conv"), expected, atol=1e-5)


@pytest.mark.parametrize("layer", ["add", "relu_1", "relu", "first"])
def test_gradcam_works_on_functions_and_on_skip_connections(layer):
    model = traced(Functions())
    values = {"first": model.first(images())}
    values["relu"] = functional.relu(values["first"])
    values["add"] = values["first"] + model.second(values["relu"])
    values["relu_1"] = functional.relu(values["add"])
    score = model.fc(values["relu_1"].mean((2, 3)))[:, 1]
    expected = gradcam_formula(values[layer], score)

    np.testing.assert_allclose(explain(model, images(), "gradcam", 1, layer), expected, atol=1e-5)


@pytest.mark.parametrize("layer", ["conv", "conv_1"])
def test_gradcam_tells_the_uses_of_a_shared_module_apart(layer):
    model = traced(Twice())
    values = {"conv": model.conv(images())}
    values["conv_1"] = model.conv(torch.tanh(values["conv"]))
    expected = gradcam_formula(values[layer], model.fc(values["conv_1"].mean((2, 3)))[:, 2])

    np.testing.assert_allclose(explain(model, images(), "gradcam", 2, layer), expected, atol=1e-5)


def test_a_module_that_is_no_graph_is_explained_too():
    model = InPlace().eval()
    heat = explain(model, images(), "gradcam", 1, "pool")
    assert np.array_equal(heat, explain(traced_like(model), images(), "gradcam", 1, "pool"))


def traced_like(model):
    return torch.fx.symbolic_trace(model)


def test_without_a_target_each_image_s_own_prediction_is_explained():
    model = traced(Functions())
    found = explanation(model, images(), "gradients")
    predicted = model(images()).argmax(1).tolist()

    assert found.targets == predicted
    assert np.array_equal(found.heat, explain(model, images(), "gradients", predicted))


def test_the_default_layer_is_the_last_with_positions_before_pooling_with_the_reason():
    found = explanation(traced(InPlace()), images())
    assert found.layer == "relu"
    assert found.reason == (
        "'relu' (5×16×16) is the last layer with positions before 'pool' makes them coarser."
    )
    assert explanation(traced(Functions()), images()).layer == "relu_1"


def test_the_suggestion_follows_a_layer_that_is_exchanged():
    model = traced(InPlace())
    explain(model, images())
    model.conv, model.fc = nn.Conv2d(3, 7, 3, padding=1), nn.Linear(7 * 8 * 8, 4)
    assert "(7×16×16)" in explanation(model, images()).reason


def test_a_convolution_with_stride_is_not_mistaken_for_pooling():
    model = traced(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3, stride=2), nn.Flatten()))
    assert explanation(model, images()).layer == "_1"


def test_any_output_of_several_can_be_explained():
    model = traced(TwoOutputs())
    trunk = torch.relu(model.trunk(images()))
    for_kind = gradcam_formula(trunk, model.fc(trunk.mean((2, 3)))[:, 2])
    trunk = torch.relu(model.trunk(images()))
    for_map = gradcam_formula(trunk, model.side(trunk).sum((2, 3))[:, 1])

    heat = explain(model, images(), "gradcam", ("kind", 2), "relu")
    np.testing.assert_allclose(heat, for_kind, atol=1e-5)
    heat = explain(model, images(), "gradcam", ("map", 1), "relu")
    np.testing.assert_allclose(heat, for_map, atol=1e-5)
    assert explanation(model, images(), target="map").layer == "side"
    assert explanation(model, images()).output == "kind"


def test_a_first_layer_in_place_is_no_obstacle():
    model = traced(nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(3, 2, 3), nn.Flatten()))
    assert explain(model, images(), "gradients", 0).shape == (3, 16, 16)
    assert explain(model, images(), "gradcam", 0).shape == (3, 16, 16)


def test_the_model_and_its_graph_are_left_as_they_were():
    model = traced(Functions()).train()
    before, modules = str(model.graph), [name for name, _ in model.named_modules()]
    explain(model, images(), "gradcam", 0)

    assert str(model.graph) == before and model.training
    assert [name for name, _ in model.named_modules()] == modules
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "gradcm"}, "There is no explanation method 'gradcm'"),
        ({"layer": "fc"}, "'fc' gives 4, without positions"),
        ({"layer": "nowhere"}, "The network has no layer 'nowhere'"),
        ({"target": 9}, "There is no class 9: the output has 4"),
        ({"target": [0, 1]}, "There are 2 classes for 3 images"),
        ({"target": "side"}, "none named 'side'"),
    ],
)
def test_what_can_not_be_explained_is_said_in_one_sentence(arguments, message):
    with pytest.raises(ExplanationError, match=message):
        explain(traced(InPlace()), images(), **arguments)


def test_a_layer_that_does_not_lead_to_the_output_is_refused():
    with pytest.raises(ExplanationError, match="'side' does not lead to the output 'kind'"):
        explain(traced(TwoOutputs()), images(), layer="side")


def test_a_network_without_positions_is_refused_with_another_way():
    model = traced(nn.Sequential(nn.Flatten(), nn.Linear(768, 4)))
    with pytest.raises(ExplanationError, match="no layer with positions") as caught:
        explain(model, images())
    assert "gradients" in caught.value.hint
    assert explain(model, images(), "gradients").shape == (3, 16, 16)


def test_a_step_without_gradient_is_refused():
    class Rounded(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, image):
            return torch.gt(self.conv(image), 0).float().mean((2, 3))

    with pytest.raises(ExplanationError, match="Grad-CAM found no gradient"):
        explain(traced(Rounded()), images(), layer="conv")


def test_several_inputs_are_refused_by_name():
    class Two(nn.Module):
        def forward(self, left, right):
            return left + right

    with pytest.raises(ExplanationError, match=r"2 inputs \(left, right\)"):
        explain(traced(Two()), images())


def test_a_single_image_without_batch_is_refused():
    with pytest.raises(ExplanationError, match="3×16×16"):
        explain(traced(InPlace()), images()[0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((1, 1, 28, 28), np.float32), "have 1 channels, the network takes 3"),
        (np.zeros((1, 3, 5, 5), np.float32), "can't be run on images of 3×5×5"),
        (np.full((1, 3, 28, 28), np.nan, np.float32), "no numbers"),
        (np.zeros((1, 3, 28, 28), np.uint8), "whole numbers"),
        ("cat.png", "no array of numbers, but str"),
    ],
)
def test_images_that_the_network_can_not_take_are_refused_in_a_sentence(given, message):
    model = cs.build(cs.template("lenet5", input_shape=(3, 28, 28), classes=4))
    for ask in (cs.feature_maps, lambda model, images: explain(model, images, "gradients")):
        with pytest.raises(ExplanationError, match=message):
            ask(model, given)
