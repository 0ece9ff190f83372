"""Each method equals a reference that is not ours: captum, autograd along the paper's formula, or
linear algebra."""

import inspect
from importlib import import_module

import numpy as np
import pytest
import torch
from captum import attr
from torch import nn
from torch.nn import functional

import cnnstudio as cs
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.explain import explain, explanation
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.explanations.perturbation import rise_masks, tile_numbers

from .networks import Functions, InPlace, Twice, TwoOutputs, images, traced

SLOW_DOWN = {
    "rise": {"masks": 20},
    "smoothgrad": {"samples": 3},
    "integrated_gradients": {"steps": 8},
}


class Written(nn.Module):
    """InPlace with modules as captum wants them."""

    def __init__(self, model):
        super().__init__()
        self.conv, self.fc = model.conv, model.fc
        self.relu, self.pool = nn.ReLU(), nn.MaxPool2d(2)

    def forward(self, image):
        return self.fc(self.pool(self.relu(self.conv(image))).flatten(1))


class WrittenFunctions(nn.Module):
    """Functions with modules as captum wants them."""

    def __init__(self, model):
        super().__init__()
        self.first, self.second, self.fc = model.first, model.second, model.fc
        self.one, self.two = nn.ReLU(), nn.ReLU()

    def forward(self, image):
        first = self.first(image)
        return self.fc(self.two(first + self.second(self.one(first))).mean((2, 3)))


PAIRS = [(InPlace, Written), (Functions, WrittenFunctions)]


@pytest.fixture(params=PAIRS, ids=lambda pair: pair[0].__name__)
def pair(request):
    """A traced network with functions and in-place layers, and the same as plain modules."""
    made, written = request.param
    model = traced(made())
    return model, written(model).eval()


def close(heat, expected):
    np.testing.assert_allclose(heat, expected.detach().numpy(), atol=1e-5, rtol=1e-4)


def large(cam, size=(16, 16)):
    return functional.interpolate(cam, size=size, mode="bilinear", align_corners=False)[:, 0]


# Gradients


def test_input_x_gradient_is_captums(pair):
    model, written = pair
    expected = attr.InputXGradient(written).attribute(images().requires_grad_(), target=1).sum(1)
    close(explain(model, images(), "input_x_gradient", 1), expected)


def test_integrated_gradients_are_captums_for_each_baseline(pair):
    model, written = pair
    batch = images()
    mean = batch.mean((2, 3), keepdim=True).expand_as(batch)
    method = attr.IntegratedGradients(written)
    for name, baseline in (("zero", torch.zeros_like(batch)), ("mean", mean)):
        expected = method.attribute(batch, baseline, target=2, n_steps=20).sum(1)
        heat = explain(model, images(), "integrated_gradients", 2, steps=20, baseline=name)
        close(heat, expected)


def test_smoothgrad_is_captums_with_the_same_noise(pair):
    model, written = pair
    batch = images(1)
    deviation = 0.2 * float(batch.max() - batch.min())
    torch.manual_seed(3)
    expected = attr.NoiseTunnel(attr.Saliency(written)).attribute(
        batch, nt_samples=6, stdevs=deviation, target=0, abs=False
    )
    heat = explain(model, batch, "smoothgrad", 0, samples=6, noise=0.2, seed=3)
    close(heat, expected.abs().amax(1))


def chain():
    """A network on which captum's hooks are right: nothing but modules, one after the other."""
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 4, 3, 2), nn.Sigmoid(),
                         nn.Flatten(), nn.Linear(144, 8), nn.ReLU(), nn.Linear(8, 4))  # fmt: skip


def test_guided_backpropagation_and_deeplift_are_captums():
    model, batch = traced(chain()), images()
    written = nn.Sequential(*model.children()).eval()
    expected = attr.GuidedBackprop(written).attribute(images().requires_grad_(), target=3)
    close(explain(model, batch, "guided_backpropagation", 3), expected.abs().amax(1))
    expected = attr.DeepLift(written).attribute(batch, torch.zeros_like(batch), target=2)
    close(explain(model, batch, "deeplift", 2), expected.sum(1))


class GuidedRelu(torch.autograd.Function):
    @staticmethod
    def forward(context, value):
        context.save_for_backward(value)
        return value.clamp(min=0)

    @staticmethod
    def backward(context, gradient):
        (value,) = context.saved_tensors
        return gradient.clamp(min=0) * (value > 0)


def functions_with(model, image, one, two):
    """What Functions computes, with other activations."""
    first = model.first(image)
    return model.fc(two(first + model.second(one(first))).mean((2, 3)))


def test_guided_backpropagation_leaves_a_skip_connection_as_it_is():
    model, batch = traced(Functions()), images().requires_grad_()
    score = functions_with(model, batch, GuidedRelu.apply, GuidedRelu.apply)[:, 1].sum()
    (expected,) = torch.autograd.grad(score, batch)
    close(explain(model, images(), "guided_backpropagation", 1), expected.abs().amax(1))


def test_deeplift_replaces_each_slope_also_beside_a_skip_connection():
    model, batch = traced(Functions()), images().requires_grad_()
    seen = []
    functions_with(model, 0 * images(), *[lambda value: seen.append(value) or value.relu()] * 2)

    def rescaled(value):
        baseline = seen.pop(0)
        slope = (value.relu() - baseline.relu()) / (value - baseline)
        return baseline.relu() + slope.detach() * (value - baseline)

    (slope,) = torch.autograd.grad(
        functions_with(model, batch, rescaled, rescaled)[:, 2].sum(), batch
    )
    close(explain(model, images(), "deeplift", 2), (batch * slope).sum(1))


@pytest.mark.parametrize("make", [InPlace, Functions, chain])
def test_deeplift_adds_up_to_the_difference_of_the_scores(make):
    model = traced(make())
    found = explanation(model, images(), "deeplift", 2)
    close(found.heat.sum((1, 2)), model(images())[:, 2] - model(0 * images())[:, 2])
    assert found.note == "The heat adds up to 100.0% of what the image scores above the baseline."


# Class activation


def test_guided_gradcam_is_captums():
    model = traced(InPlace())
    written = Written(model).eval()
    expected = attr.GuidedGradCam(written, written.relu).attribute(
        images().requires_grad_(), target=1, interpolate_mode="bilinear"
    )
    close(explain(model, images(), "guided_gradcam", 1, "relu"), expected.abs().amax(1))


def relu_then_head():
    """A network that is linear after its ReLU, in double precision, and that layer's output."""
    model = traced(nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(980, 4)))
    model = model.double()
    activation = model.get_submodule("1")(model.get_submodule("0")(images().double())).detach()
    return model, activation.requires_grad_(), model.get_submodule("3")


def test_gradcam_plus_plus_is_the_papers_formula_with_the_derivatives_of_exp_of_the_score():
    model, activation, head = relu_then_head()
    score = head(activation.flatten(1))[:, 1]
    derivatives, value = [], (score - score.detach()).exp()  # a factor alike everywhere is left out
    for _ in range(3):
        # The diagonal: as the score is linear, the mixed derivatives are products of the first.
        (first,) = torch.autograd.grad(score.sum(), activation, retain_graph=True)
        value = value[:, None, None, None] * first if value.ndim == 1 else value * first
        derivatives.append(value.detach())
    one, two, three = derivatives
    sums = activation.sum((2, 3), keepdim=True)
    alpha = two / (2 * two + sums * three)
    weights = (alpha.nan_to_num(0) * one.relu()).sum((2, 3), keepdim=True)
    expected = large((weights * activation).sum(1, keepdim=True).relu())
    close(explain(model, images().double(), "gradcam_plus_plus", 1, "_1"), expected)


def test_layercam_is_the_papers_formula():
    model, activation, head = relu_then_head()
    (gradient,) = torch.autograd.grad(head(activation.flatten(1))[:, 2].sum(), activation)
    expected = large((gradient.clamp(min=0) * activation).sum(1, keepdim=True).clamp(min=0))
    close(explain(model, images().double(), "layercam", 2, "_1"), expected)


def test_eigencam_is_the_first_singular_vector_by_svd():
    model, activation, _ = relu_then_head()
    maps = []
    for one in activation.detach():
        left, values, _ = torch.linalg.svd(one.flatten(1).T, full_matrices=False)
        along = left[:, 0] * values[0]
        maps.append((along * along.sum().sign()).clamp(min=0).view(1, *one.shape[1:]))
    close(explain(model, images().double(), "eigencam", layer="_1"), large(torch.stack(maps)))


def test_eigencam_is_the_same_for_every_class():
    model = traced(InPlace())
    one, other = (explain(model, images(), "eigencam", target) for target in (0, 3))
    assert np.array_equal(one, other)
    assert not methods["eigencam"].uses_target


def test_scorecam_weighs_each_unit_by_the_score_through_its_own_map():
    model, activation, _ = relu_then_head()
    batch, heat = images().double(), []
    for image, maps in zip(batch, activation.detach(), strict=True):
        gains = []
        for one in maps:
            mask = large(one[None, None])[0]
            mask = (mask - mask.min()) / (mask.max() - mask.min())
            gains.append(model((image * mask)[None])[0, 3] - model(0 * image[None])[0, 3])
        shares = torch.stack(gains).exp() / torch.stack(gains).exp().sum()
        heat.append(torch.einsum("k,khw->hw", shares, maps).clamp(min=0))
    expected = large(torch.stack(heat)[:, None])
    close(explain(model, batch, "scorecam", 3, "_1"), expected)
    fewer = explain(model, batch, "scorecam", 3, "_1", units=2)
    assert fewer.shape == expected.shape and not np.allclose(fewer, expected.detach())


def test_cam_is_the_last_layers_weights_at_each_position():
    model = traced(Functions())
    values = functional.relu(model.first(images()) + model.second(model.first(images()).relu()))
    expected = torch.einsum("k,nkhw->nhw", model.fc.weight[2], values)
    heat = explain(model, images(), "cam", 2)
    close(heat, expected)  # the maps are as large as the image
    close(heat.mean((1, 2)), model(images())[:, 2] - model.fc.bias[2])


def test_cam_of_maps_that_are_one_for_each_class_is_the_classs_own():
    model = traced(
        nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    )
    close(explain(model, images(), "cam", 1), model.get_submodule("0")(images())[:, 1])


# Perturbation


def test_occlusion_is_captums(pair):
    model, written = pair
    expected = attr.Occlusion(written).attribute(
        images(), (3, 5, 5), strides=(3, 3, 3), baselines=0, target=2
    )
    close(explain(model, images(), "occlusion", 2, window=5, stride=3), expected[:, 0])


def test_feature_ablation_is_captums(pair):
    model, written = pair
    numbers = torch.arange(16).view(4, 4).repeat_interleave(4, 0).repeat_interleave(4, 1)
    expected = attr.FeatureAblation(written).attribute(images(), target=1, feature_mask=numbers)
    close(explain(model, images(), "feature_ablation", 1, tiles=4), expected[:, 0])
    assert torch.equal(tile_numbers(images(), 4)[0, 0], numbers)


def test_rise_is_the_masks_weighed_by_the_probability_through_each():
    model = traced(InPlace())
    masks = rise_masks((16, 16), 40, 4, 0.4, seed=5)
    expected = sum(model(images() * mask).softmax(1)[:, 2, None, None] * mask for mask in masks) / (
        40 * 0.4
    )
    close(explain(model, images(), "rise", 2, masks=40, cells=4, share=0.4, seed=5), expected)


def test_rise_masks_are_the_papers():
    masks = rise_masks((64, 48), 600, 7, 0.3, seed=1)
    assert masks.shape == (600, 64, 48)
    assert masks.min() >= 0 and masks.max() <= 1
    assert masks.mean().item() == pytest.approx(0.3, abs=0.02)
    assert masks.mean(0).std() < 0.03  # the shifts leave no grid behind


# All of them


@pytest.mark.parametrize("kind", methods)
def test_every_method_is_declared_as_its_function_takes_it(kind):
    declared = cs.methods[kind]
    home, name = declared.target.rsplit(".", 1)
    taken = inspect.signature(getattr(import_module(home), name)).parameters
    assert list(taken) == ["case", *(one.name for one in declared.parameters)]
    assert declared.doc and declared.formula and declared.cost
    assert declared.reference.startswith("https://")


CASES = {
    "in place": (InPlace, images()),
    "functions": (Functions, images()),
    "shared": (Twice, images()),
    "two outputs": (TwoOutputs, images()),
    "not square": (Functions, torch.rand(2, 3, 12, 23, generator=torch.Generator().manual_seed(0))),
    "one channel": (
        lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(True), nn.Flatten(), nn.Linear(784, 3)),
        images(channels=1),
    ),
    "many channels": (
        lambda: nn.Sequential(nn.Conv2d(9, 4, 3), nn.SiLU(True), nn.Flatten(), nn.Linear(784, 3)),
        images(channels=9),
    ),
    "no convolution": (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(768, 8), nn.ReLU(True), nn.Linear(8, 3)),
        images(),
    ),
    "ends with softmax": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                              nn.Linear(4, 3), nn.Softmax(1)),
        images(),
    ),
}  # fmt: skip
NOTHING = "Nothing in 'conv_1' speaks for the class: the heat is 0 everywhere."
REFUSALS = ("CAM needs ", "The network has no ReLU", "The network has no layer with positions")


@pytest.mark.parametrize("case", CASES)
def test_every_method_works_on_every_network_or_says_in_a_sentence_why_not(case):
    make, batch = CASES[case]
    model = traced(make())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    refused = []
    for kind in methods:
        try:
            found = explanation(model, batch, kind, **SLOW_DOWN.get(kind, {}))
        except ExplanationError as error:
            assert error.message.startswith(REFUSALS) and error.hint, error.message
            refused.append(kind)
            continue
        heat = found.heat
        assert heat.shape == (len(batch), *batch.shape[2:]) and np.isfinite(heat).all()
        assert heat.any() or found.note == NOTHING, kind
        assert methods[kind].signed or heat.min() >= 0, kind
    needs_layer = [kind for kind, one in methods.items() if one.uses_layer]
    no_positions = needs_layer if case == "no convolution" else []
    no_relu = ["guided_gradcam", "guided_backpropagation"] if case in (
        "shared", "many channels",
    ) else []  # fmt: skip
    no_means = [] if case in ("functions", "shared", "not square", "two outputs",
                              "ends with softmax") else ["cam"]  # fmt: skip
    assert set(refused) == {*no_positions, *no_relu, *no_means}
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("kind", methods)
def test_an_image_has_the_same_heat_alone_and_among_others(kind):
    model = traced(Functions())
    settings = SLOW_DOWN.get(kind, {})
    among = explain(model, images(), kind, 1, **settings)
    alone = explain(model, images()[1:2], kind, 1, **settings)
    np.testing.assert_allclose(among[1:2], alone, atol=1e-5)


def test_an_activation_in_place_whose_input_is_used_again_keeps_its_meaning():
    class Reused(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.relu = nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True)

        def forward(self, image):
            maps = self.conv(image)
            self.relu(maps)
            return maps.mean((2, 3))

    class Clear(Reused):
        def forward(self, image):
            return torch.relu(self.conv(image)).mean((2, 3))

    model, clear = traced(Reused()), traced(Clear())
    for kind in ("guided_backpropagation", "deeplift"):
        close(
            explain(model, images(), kind, 1), torch.from_numpy(explain(clear, images(), kind, 1))
        )


def test_a_torchvision_network_is_explained_as_it_is():
    from torchvision.models import resnet18

    torch.manual_seed(0)
    model = resnet18(num_classes=4).eval()
    batch = torch.rand(1, 3, 64, 64)
    heat = explain(model, batch, "gradcam", 2, "layer4")
    cam = attr.LayerGradCam(model, model.layer4).attribute(batch, target=2, relu_attributions=True)
    close(heat, large(cam, (64, 64)))
    assert explain(model, batch, "guided_gradcam", 2, "layer4").max() > 0
    found = explanation(model, batch, "deeplift", 2)
    assert found.note.startswith("The heat adds up to 100.0%")


# Two classes, parameters, progress


def test_the_difference_of_two_classes_is_the_one_heat_less_the_other():
    model = traced(Functions())
    one, other = (explain(model, images(), "gradcam", target) for target in (0, 3))
    assert np.array_equal(explain(model, images(), "gradcam", 0, against=3), one - other)


@pytest.mark.parametrize(
    ("method", "parameters", "message"),
    [
        ("rise", {"masks": 0}, "Masks of RISE should be at least 1"),
        ("rise", {"maks": 5}, "RISE has no parameter 'maks'"),
        ("deeplift", {"baseline": "grey"}, "should be one of zero, mean, blur"),
        ("occlusion", {"window": 40}, "window of 40 pixels is larger than the image"),
        ("gradcam", {"steps": 3}, "Grad-CAM has no parameter 'steps'"),
        ("scorecamm", {}, "Did you mean 'scorecam'"),
    ],
)
def test_a_wrong_parameter_is_told(method, parameters, message):
    with pytest.raises(ExplanationError, match=message):
        explain(traced(InPlace()), images(), method, **parameters)


@pytest.mark.parametrize("kind", ["rise", "scorecam", "occlusion", "integrated_gradients"])
def test_slow_methods_tell_how_far_they_are_and_end_when_told(kind):
    model = traced(InPlace())
    told = []

    explanation(model, images(1), kind, progress=lambda share, text: told.append(share))
    assert told == sorted(told) and told[0] > 0 and told[-1] == 1

    class Enough(Exception):
        pass

    def end(share, text):
        raise Enough

    with pytest.raises(Enough):
        explanation(model, images(1), kind, progress=end)
