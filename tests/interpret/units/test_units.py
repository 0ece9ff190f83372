"""Units of a trained network, each figure against a plain loop over the same network in torch."""

import numpy as np
import pytest
import torch
from torch import fx, nn

import cnnstudio as cs
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.feature_maps import feature_maps
from cnnstudio.interpret.subject import open_untrained
from cnnstudio.interpret.units.ablation import ablation, ablation_of_split
from cnnstudio.interpret.units.importance import importance
from cnnstudio.interpret.units.kernels import kernel_of
from cnnstudio.interpret.units.scan import scan
from tests.interpret.networks import Functions, InPlace, Twice, TwoOutputs, images, traced


@pytest.fixture(scope="module")
def subject():
    """LeNet on the digits, untrained: its weights don't matter for what is compared."""
    torch.manual_seed(0)
    return open_untrained(cs.template("lenet5", input_shape=(1, 28, 28), classes=10))


@pytest.fixture(scope="module")
def answers(subject):
    """What conv2 gives for 90 test images, their indexes and labels."""
    indexes = np.linspace(0, len(subject.splits.test) - 1, 90).round().astype(int)
    batch = torch.from_numpy(subject.splits.test.batch(indexes))
    with torch.no_grad():
        maps = feature_maps(subject.model, batch, "conv2")["conv2"]
    return maps, indexes, subject.splits.test.labels[indexes]


def test_a_scan_finds_the_samples_and_places_that_excite_each_unit_most(subject, answers):
    maps, indexes, _ = answers
    found = scan(subject, "conv2", "test", 90)

    peaks = maps.max((2, 3))
    assert np.allclose(found.top_values[:, 0], peaks.max(0), atol=1e-6)
    assert (found.top_samples[:, 0] == indexes[peaks.argmax(0)]).all()
    for unit in range(maps.shape[1]):
        best = maps[peaks[:, unit].argmax(), unit]
        assert best[tuple(found.top_positions[unit, 0])] == best.max()
        assert np.allclose(found.top_values[unit], np.sort(peaks[:, unit])[::-1][:16], atol=1e-6)
    assert np.allclose(found.means, maps.mean((0, 2, 3)), atol=1e-6)


def test_selectivity_is_that_of_the_paper(subject, answers):
    maps, _, labels = answers
    found = scan(subject, "conv2", "test", 90)

    for unit in range(maps.shape[1]):
        means = np.array([maps[labels == c, unit].clip(0).mean() for c in range(10)])
        best = means.argmax()
        rest = np.delete(means, best).mean()
        expected = (means[best] - rest) / (means[best] + rest)
        assert found.favourites[unit] == best
        assert found.selectivity[unit] == pytest.approx(expected, abs=1e-5)


def test_a_scan_tells_how_far_it_is_and_ends_when_taken_back(subject):
    told = []

    class TakenBack(Exception):
        pass

    def progress(share, text):
        told.append((share, text))
        if len(told) == 2:
            raise TakenBack

    with pytest.raises(TakenBack):
        scan(subject, "conv2", "test", 90, progress)
    assert told == [(32 / 90, "32 of 90 images"), (64 / 90, "64 of 90 images")]


@pytest.mark.parametrize(
    ("network", "layer"),
    [(InPlace, "conv"), (Functions, "add"), (Twice, "conv_1"), (TwoOutputs, "trunk")],
)
def test_importance_of_a_unit_that_the_rest_reads_linearly_is_what_goes_without_it(network, layer):
    """Where no ReLU or other bend follows, the first order is exact."""
    model, batch = traced(network()), images()
    if network is InPlace:
        model.relu = nn.Identity()
        model.pool = nn.AvgPool2d(2)
    if network is Functions:
        layer = "relu_1"
    if network is TwoOutputs:
        layer = "relu"
    found = importance(model, batch, layer, 2)
    for unit in range(found.values.shape[1]):
        gone = without_unit(model, batch, layer, unit)
        scores = [r["kind"] if isinstance(r, dict) else r for r in (model(batch.clone()), gone)]
        lost = (scores[0] - scores[1])[:, 2].detach().numpy()
        assert found.values[:, unit] == pytest.approx(lost, abs=1e-4)


def without_unit(model, batch, layer, unit):
    """The same by hand: a node that sets the unit to 0, written into the graph."""
    copied = fx.symbolic_trace(model)
    node = next(node for node in copied.graph.nodes if node.name == layer)

    def silenced(value):
        kept = value.clone()
        kept[:, unit] = 0
        return kept

    with copied.graph.inserting_after(node):
        added = copied.graph.call_function(silenced, (node,))
    node.replace_all_uses_with(added, delete_user_cb=lambda user: user is not added)
    copied.recompile()
    return copied(batch.clone())


@pytest.mark.parametrize(
    ("network", "layer"),
    [(InPlace, "conv"), (Functions, "add"), (Twice, "conv"), (Twice, "conv_1")],
)
def test_ablation_is_the_network_with_the_unit_at_0(network, layer):
    model, batch = traced(network()), images()
    found = ablation(model, batch, {layer: [1]})

    assert found.before == pytest.approx(model(batch.clone()).softmax(1).detach().numpy(), abs=1e-6)
    expected = without_unit(model, batch, layer, 1).softmax(1).detach().numpy()
    assert found.after == pytest.approx(expected, abs=1e-6)
    assert not np.allclose(found.before, found.after)


def test_several_units_of_several_layers_and_means_in_their_place():
    model, batch = (
        traced(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 14**2, 5))),
        images(),
    )
    model.train()
    means = {"_0": np.arange(4, dtype=np.float32)}
    found = ablation(model, batch, {"_0": [1, 3], "_2": [0]}, means | {"_2": np.full(5, 7.0)})

    hidden = model.get_submodule("0")(batch)
    hidden[:, 1], hidden[:, 3] = 1.0, 3.0
    scores = model.get_submodule("2")(hidden.flatten(1))
    scores[:, 0] = 7.0
    assert found.after == pytest.approx(scores.softmax(1).detach().numpy(), abs=1e-6)
    assert model.training


def test_a_module_that_is_no_graph_loses_units_too_and_keeps_no_hook():
    model, batch = InPlace().eval(), images()
    found = ablation(model, batch, {"conv": [0]})
    expected = without_unit(fx.symbolic_trace(model), batch, "conv", 0).softmax(1)
    assert found.after == pytest.approx(expected.detach().numpy(), abs=1e-6)
    assert not model.conv._forward_hooks


def test_the_accuracy_of_a_split_without_a_unit(subject):
    found = ablation_of_split(subject, {"conv1": [0, 1, 2]}, "test", 60)
    indexes = np.linspace(0, len(subject.splits.test) - 1, 60).round().astype(int)
    batch = torch.from_numpy(subject.splits.test.batch(indexes))
    labels = subject.splits.test.labels[indexes]
    with torch.no_grad():
        said = subject.model(batch).argmax(1).numpy()
    assert found.samples == 60
    assert found.before == pytest.approx((said == labels).mean())
    assert np.nansum(found.by_class_before * np.bincount(labels, minlength=10)) == pytest.approx(
        (said == labels).sum()
    )


def test_the_weights_that_make_a_unit_are_found_through_what_keeps_it():
    model = traced(
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Flatten(), nn.Linear(4 * 49, 5))
    )  # fmt: skip
    conv, linear = model.get_submodule("0"), model.get_submodule("5")
    for layer in ("_0", "_1", "_2", "_3"):
        kernel = kernel_of(model, layer, 2)
        assert kernel.layer == "_0" and kernel.bias == pytest.approx(conv.bias[2].item())
        assert np.array_equal(kernel.weights, conv.weight[2].detach().numpy())
    assert np.array_equal(kernel_of(model, "_5", 4).weights, linear.weight[4].detach().numpy())
    assert kernel_of(model, "_4", 0) is None and kernel_of(model, "input_1", 0) is None


def test_the_weights_of_a_transposed_and_grouped_convolution_are_the_units_own():
    transposed = nn.ConvTranspose2d(4, 6, 3, groups=2, bias=False)
    model = traced(nn.Sequential(transposed))
    image = torch.rand(1, 4, 5, 5)
    kernel = kernel_of(model, "_0", 4).weights
    plain = nn.functional.conv_transpose2d(image[:, 2:], torch.from_numpy(kernel)[:, None])
    assert torch.allclose(plain[0, 0], transposed(image)[0, 4], atol=1e-6)


def test_all_of_it_for_one_unit(subject):
    unit = cs.unit(subject, "conv2", 3)
    best, *others = unit.top("test", samples=90, count=4)

    assert len(others) == 3 and best.value >= others[0].value
    assert unit.map(("test", best.index))[best.position] == pytest.approx(best.value, abs=1e-5)
    assert best.box == unit.field(best.position)
    assert best.patch.shape == (best.box.bottom - best.box.top, best.box.right - best.box.left, 3)
    assert unit.kernel.weights.shape == (6, 5, 5)
    assert unit.ablate("test:0", "test:1").after.shape == (2, 10)
    assert unit.ablate("test:0", fill="mean").after.shape == (1, 10)
    assert unit.ablate_split(samples=30).samples == 30
    everything = importance(subject.model, torch.from_numpy(subject.images("test:0")), "conv2")
    assert unit.importance("test:0") == pytest.approx(everything.values[0, 3])


def test_units_and_layers_that_are_not_there_are_refused(subject):
    with pytest.raises(ExplanationError, match="'conv2' has no unit 16: it has 16"):
        cs.unit(subject, "conv2", 16)
    with pytest.raises(ExplanationError, match="no layer 'conv9'"):
        cs.unit(subject, "conv9", 0)
    with pytest.raises(ExplanationError, match="no unit 4: it has 4"):
        ablation(traced(Functions()), images(), {"fc": [4]})
    with pytest.raises(ExplanationError, match="can't be set to 'one'"):
        cs.unit(subject, "conv2", 0).ablate("test:0", fill="one")
