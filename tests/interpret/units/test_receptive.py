"""Receptive fields, against what really changes when a pixel does."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn
from torch.nn import functional

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.units.receptive import Box, receptive_fields
from tests.interpret.networks import Functions, TwoOutputs, traced


def changed_by(model, shape, layer):
    """bool (C, h, w, H, W): whether a value changes when a pixel gets much brighter. With weights
    above 0 each change goes upwards, so that none cancels another."""
    _, height, width = shape
    model = model.double().eval()
    for name, parameter in model.named_parameters():
        value = (
            torch.rand_like(parameter) + 0.5
            if "weight" in name
            else torch.zeros((), dtype=torch.float64)
        )
        parameter.data = value.expand_as(parameter).clone()
    plain = torch.rand(1, *shape, dtype=torch.float64)
    lit = plain.repeat(height * width, 1, 1, 1)
    for place in range(height * width):
        lit[place, :, place // width, place % width] += 1000.0
    with torch.no_grad():
        before, after = (_value(model, images, layer) for images in (plain, lit))
    # Upwards, and by more than rounding.
    differs = (after - before > 1e-9 * (1 + after.abs())).movedim(0, -1)
    return differs.unflatten(-1, (height, width)).numpy()


def _value(model, images, layer):
    found = {}

    class Look(fx.Interpreter):
        def run_node(self, n):
            found[n.name] = super().run_node(n)
            return found[n.name]

    Look(model).run(images)
    return found[layer]


def box_of(mask):
    """The rectangle around what is true in a bool (H, W)."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return Box(0, 0, 0, 0)
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def assert_agrees(model, shape, layer):
    fields = receptive_fields(model, shape, layer)
    reference = changed_by(model, shape, layer)
    units, height, width = reference.shape[:3]
    for unit in range(units):
        boxes = fields.boxes(unit)
        for place in np.ndindex(height, width):
            box = fields.box(unit, place)
            assert box == box_of(reference[(unit, *place)]), (unit, place)
            assert boxes[place].tolist() == [box.top, box.left, box.bottom, box.right]


class Stack(nn.Module):
    """Layers one after another; each block of the same size can be skipped too."""

    def __init__(self, layers, skips):
        super().__init__()
        self.layers, self.skips = nn.ModuleList(layers), skips

    def forward(self, image):
        for layer, skip in zip(self.layers, self.skips, strict=True):
            image = torch.add(layer(image), image) if skip else layer(image)
        return image


@st.composite
def layers(draw, channels):
    """A layer for `channels`, how many it gives, and whether sizes stay."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    kernel, dilation = draw(pair), draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    kind = draw(st.sampled_from(["conv", "same", "grouped", "max", "average", "up", "other"]))
    if kind == "same":
        odd = tuple(size | 1 for size in kernel)
        return nn.Conv2d(channels, channels, odd, padding="same", dilation=dilation), channels, True
    stride = draw(pair)
    padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
    ceil = draw(st.booleans())
    if kind == "conv":
        out = draw(st.integers(1, 3))
        return nn.Conv2d(channels, out, kernel, stride, padding, dilation), out, False
    if kind == "grouped":
        return nn.Conv2d(channels, channels * 2, kernel, stride, padding, 1, channels), \
            channels * 2, False  # fmt: skip
    if kind == "max":
        return nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil), channels, False
    if kind == "average":
        return nn.AvgPool2d(kernel, stride, padding, ceil), channels, False
    if kind == "up":
        return nn.ConvTranspose2d(channels, 2, kernel, stride, padding), 2, False
    one = draw(st.sampled_from([
        nn.ReLU(inplace=True), nn.Softplus(), nn.BatchNorm2d(channels), nn.Dropout(0.5),
        nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=1.5, mode="bilinear"),
        nn.AdaptiveAvgPool2d((3, 2)), nn.AdaptiveMaxPool2d(3), nn.ReflectionPad2d(1),
        nn.ZeroPad2d((1, 0, 2, 1)), nn.ReplicationPad2d(1),
    ]))  # fmt: skip
    return one, channels, isinstance(one, nn.ReLU | nn.BatchNorm2d)


@st.composite
def stacks(draw):
    channels, made, skips = 2, [], []
    for _ in range(draw(st.integers(1, 4))):
        layer, channels, same = draw(layers(channels))
        made.append(layer)
        # An activation in place would write over what is added to it.
        skips.append(same and isinstance(layer, nn.Conv2d) and draw(st.booleans()))
    shape = (2, draw(st.integers(6, 9)), draw(st.integers(6, 9)))
    return Stack(made, skips), shape


@given(stacks())
@settings(max_examples=25, deadline=None)
def test_a_field_is_what_changes_when_a_pixel_does(drawn):
    stack, shape = drawn
    try:
        with torch.no_grad():
            stack.eval()(torch.zeros(1, *shape))
    except RuntimeError:
        return  # the layers don't fit each other
    model = fx.symbolic_trace(stack)
    last = [node.name for node in model.graph.nodes if node.op != "output"][-1]
    torch.manual_seed(0)
    assert_agrees(model, shape, last)


class Varied(nn.Module):
    """Functions, branches of different reach side by side, and positions that move."""

    def __init__(self):
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 2, 5, padding=2)

    def forward(self, image):
        both = torch.cat([self.narrow(image), functional.relu(self.wide(image))], dim=1)
        moved = torch.roll(both, 1, 2) * 2.0 + functional.pad(both, (1, 0, 0, 0))[..., :-1]
        pooled = functional.max_pool2d(moved, 2)
        folded = functional.pixel_shuffle(pooled, 2)
        return functional.interpolate(folded, scale_factor=2).flip(3)


@pytest.mark.parametrize("layer", ["cat", "add", "max_pool2d", "pixel_shuffle", "flip"])
def test_functions_and_channels_with_fields_of_their_own(layer):
    assert_agrees(fx.symbolic_trace(Varied()), (1, 8, 10), layer)


def test_a_skip_connection_of_functions_agrees():
    assert_agrees(traced(Functions()), (3, 12, 12), "relu_1")


def test_one_output_of_several_agrees():
    assert_agrees(traced(TwoOutputs()), (3, 9, 9), "side")


def test_a_linear_layer_sees_all_that_its_input_sees():
    model = traced(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 25, 3)))
    assert receptive_fields(model, (1, 7, 7), "_2").box(1) == Box(0, 0, 7, 7)
    flat = receptive_fields(model, (1, 7, 7), "_1")
    assert [flat.box(0), flat.box(24)] == [Box(0, 0, 3, 3), Box(4, 4, 7, 7)]


def test_what_attention_gates_or_an_unknown_operation_give_sees_everything():
    class Gated(nn.Module):
        def forward(self, image):
            gated = image * torch.sigmoid(image.mean((2, 3), keepdim=True))
            return gated, torch.linalg.pinv(image).mT

    model = fx.symbolic_trace(Gated())
    for layer in ("mul", "getattr_1"):
        assert receptive_fields(model, (1, 6, 5), layer).box(0, (3, 2)) == Box(0, 0, 6, 5)


def test_a_signal_has_columns_only():
    model = traced(nn.Sequential(nn.Conv1d(2, 3, 5, stride=2), nn.ReLU(), nn.MaxPool1d(2)))
    assert receptive_fields(model, (2, 32), "_2").box(1, (3,)) == Box(0, 12, 1, 19)


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(ExplanationError, match="no layer 'nowhere'"):
        receptive_fields(traced(Functions()), (3, 8, 8), "nowhere")
