"""The checks of explanations: their numbers equal references, and they catch what they should."""

from itertools import chain

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn import metrics
from torch import nn
from torch.nn import functional
from torchmetrics.functional.image import structural_similarity_index_measure

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.declared import PERTURBATION, declared_methods, method
from cnnstudio.interpret.explanations.explain import explain
from cnnstudio.interpret.trust.checks import checks
from cnnstudio.interpret.trust.curves import area, hottest_first
from cnnstudio.interpret.trust.pointing import hits, mask_of, share_inside
from cnnstudio.interpret.trust.randomisation import in_stages, layers_with_weights
from cnnstudio.interpret.trust.scorecard import trust
from cnnstudio.interpret.trust.similarity import spearman, ssim

from .networks import Functions, InPlace, Twice, images, traced


def edges(case):
    """A planted method that looks at the image and never at the network."""
    grey = case.images.mean(1, keepdim=True)
    across = functional.pad(grey.diff(dim=3).abs(), (0, 1))
    return (across + functional.pad(grey.diff(dim=2).abs(), (0, 0, 0, 1)))[:, 0]


@pytest.fixture
def edge_detector():
    register = method("edges", "Edges", family=PERTURBATION, target=f"{__name__}.edges")
    register(type("Edges", (), {"__doc__": "Edges of the image.", "__annotations__": {}}))
    yield "edges"
    del declared_methods["edges"]


def maps(count, seed=0):
    return torch.rand(count, 16, 20, generator=torch.Generator().manual_seed(seed))


def by_check(card):
    return {one.check: one for one in card.results}


def test_the_rank_correlation_is_scipys_with_equal_values_too():
    one, other = maps(2)
    one = (one * 5).round()
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one.ravel(), other.ravel())[0])
    assert spearman(one, one) == pytest.approx(1) and spearman(one, 0 * other) == 0


def test_the_structural_similarity_is_torchmetrics():
    one, other = maps(2)
    other = (one + 0.3 * other) / 2
    scaled = [(heat - heat.min()) / (heat.max() - heat.min()) for heat in (one, other)]
    _, full = structural_similarity_index_measure(
        *(heat[None, None].double() for heat in scaled),
        gaussian_kernel=False, kernel_size=7, data_range=1.0, return_full_image=True,
    )  # fmt: skip
    expected = float(full[..., 3:-3, 3:-3].mean())  # the windows that need no padding
    assert ssim(one, other) == pytest.approx(expected, abs=1e-5)
    assert ssim(one, one) == pytest.approx(1)


def test_explanations_of_a_randomised_network_differ_from_the_last_layer_to_the_first():
    model = traced(InPlace())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    for kind in ("gradients", "gradcam", "integrated_gradients"):
        found = by_check(trust(model, images(), kind, only=["randomisation"]))["randomisation"]
        assert found.measures["layers"] == ["fc", "conv"]
        assert found.verdict == "good" and found.value < 0.5, kind
        assert all(abs(one) < 0.999 for one in found.measures["spearman"])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_method_that_ignores_the_weights_is_caught(edge_detector):
    found = trust(traced(InPlace()), images(), edge_detector, only=["randomisation"]).results[0]
    assert found.verdict == "bad" and found.value == pytest.approx(1)
    assert found.measures["spearman"] == pytest.approx([1, 1])
    assert "does not show what the network has learnt" in found.text


def test_layers_are_drawn_anew_in_the_order_of_the_graph_and_shared_ones_once():
    assert layers_with_weights(traced(Functions())) == ["first", "second", "fc"]
    assert layers_with_weights(traced(Twice())) == ["conv", "fc"]
    names = [str(number) for number in range(20)]
    stages = in_stages(names, 6)
    assert len(stages) == 6 and stages[0] == ["0"] and [*chain.from_iterable(stages)] == names


def test_heat_that_adds_up_accounts_for_all_of_a_linear_score_and_does_not_change_with_noise():
    model = traced(nn.Sequential(nn.Flatten(), nn.Linear(256, 3)))
    batch = images(1, channels=1)
    found = by_check(trust(model, batch, "input_x_gradient", 1, only=["infidelity"]))
    assert found["infidelity"].value == pytest.approx(1, abs=1e-4)
    assert found["infidelity"].verdict == "good"
    found = by_check(trust(model, batch, "gradients", 1, only=["sensitivity"]))
    assert found["sensitivity"].value == pytest.approx(0, abs=1e-5)


def test_heat_that_knows_nothing_accounts_for_little(edge_detector):
    found = trust(traced(InPlace()), images(), edge_detector, only=["infidelity"]).results[0]
    exact = trust(traced(InPlace()), images(), "occlusion", only=["infidelity"]).results[0]
    assert found.value < exact.value


def test_the_hottest_pixels_come_and_go_first():
    heat = torch.tensor([[0.1, 0.9], [0.5, 0.5]])
    order = hottest_first(heat).tolist()
    assert order[0] == 1 and order[-1] == 0 and set(order[1:3]) == {2, 3}
    curve = torch.tensor([0.2, 0.5, 0.9, 0.3])
    assert area(curve) == pytest.approx(metrics.auc(np.linspace(0, 1, 4), curve.numpy()))


def test_the_right_heat_beats_random_blobs_by_insertion_and_deletion():
    class Spot(nn.Module):
        """Says class 1 by the contrast in one corner."""

        def forward(self, image):
            spot = 20 * image[:, :, 2:7, 2:7].diff(dim=3).abs().mean((1, 2, 3))
            return torch.stack([0 * spot + 4, spot], 1)

    model, batch = traced(Spot()), images()
    found = by_check(trust(model, batch, "gradients", 1, only=["curves"]))["curves"]
    numbers = found.measures
    assert found.verdict == "good"
    assert numbers["deletion"] < 0.3 < numbers["deletion_random"]
    assert numbers["insertion"] > numbers["insertion_random"]
    chances = model(batch).softmax(1)[:, 1]
    assert numbers["deletion_curve"][0] == pytest.approx(float(chances.mean()), abs=1e-5)
    assert numbers["insertion_curve"][-1] == pytest.approx(float(chances.mean()), abs=1e-5)
    assert numbers["deletion_curve"][-1] == pytest.approx(1 / (1 + np.exp(4)), abs=1e-5)


def test_the_pointing_game_counts_the_hottest_pixel():
    truth = np.zeros((10, 12), bool)
    truth[2:5, 6:9] = True
    heat = np.zeros((10, 12), np.float32)
    heat[3, 7], heat[8, 0] = 3, 1
    assert hits(heat, truth) and share_inside(heat, truth) == pytest.approx(0.75)
    heat[8, 0] = 4
    assert not hits(heat, truth)
    heat[8, 0], heat[6, 7] = 0, 5
    assert not hits(heat, truth, 1) and hits(heat, truth, 2)
    assert not hits(np.ones_like(heat), truth)


def test_the_objects_place_comes_from_its_mask_or_its_box():
    box = mask_of({"box": [1, 2, 4, 3]}, (6, 8))
    assert box.sum() == 3 and box[2, 1:4].all()
    small = np.zeros((3, 4), bool)
    small[1, 2] = True
    assert np.array_equal(mask_of({"mask": small}, (6, 8)), small.repeat(2, 0).repeat(2, 1))
    assert mask_of({}, (6, 8)) is None


def test_a_scorecard_has_all_checks_and_says_which_it_could_not_make():
    model, told = traced(Functions()), []
    card = trust(
        model, images(2), "gradcam", progress=lambda share, text: told.append((share, text))
    )
    assert list(by_check(card)) == list(checks)
    assert by_check(card)["pointing"].verdict == "unknown"
    assert all(one.text and one.verdict in ("good", "doubtful", "bad", "unknown")
               for one in card.results)  # fmt: skip
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1
    assert {text for _, text in told} == {
        one.title for one in checks.values() if not (one.needs_truth or one.needs_twin)
    }
    truths = [{"box": [0, 0, 16, 16]}] * 2
    found = by_check(trust(model, images(2), "gradcam", truths=truths, only=["pointing"]))
    assert found["pointing"].value in (0, 0.5, 1)


def test_a_scorecard_is_the_same_each_time():
    model = traced(InPlace())
    assert trust(model, images(1)).to_json() == trust(model, images(1)).to_json()


def test_unknown_checks_are_refused():
    with pytest.raises(ExplanationError, match="There is no check 'luck'"):
        trust(traced(InPlace()), images(), only=["luck"])


def test_heat_differs_between_two_networks_of_the_same_shape():
    one, other = (explain(traced(InPlace(), seed), images(), "gradcam", 0) for seed in (0, 1))
    assert not np.allclose(one, other)
