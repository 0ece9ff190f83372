"""How weights, gradients and activations are spread is taken down now and then, exactly."""

import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnnstudio.graph import RunError
from cnnstudio.interpret.capture import collect
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.training import histogram_recorder, layer_numbers
from cnnstudio.training.histogram_recorder import HistogramRecorder
from cnnstudio.training.histograms import FILE, Histograms, histograms, log_levels, picture_rows
from cnnstudio.training.layer_numbers import LayerNumbers
from cnnstudio.training.preparation import prepare
from cnnstudio.training.train import train
from cnnstudio.training.update import Update
from tests.command import run as command
from tests.training.networks import sgd, small
from tests.training.test_layer_numbers import always  # noqa: F401


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two epochs, each step measured."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_numbers, "FIRST_STEPS", 0)
        patch.setattr(layer_numbers, "LEAST_SECONDS", 0.0)
        patch.setattr(layer_numbers, "LARGEST_SHARE", float("inf"))
        patch.setattr(layer_numbers, "RUN_SHARE", 0.0)
        patch.setattr(histogram_recorder, "ROOM_BYTES", float("inf"))
        return train(small(epochs=2), tmp_path_factory.mktemp("histograms") / "run")


def of_numpy(values: torch.Tensor) -> tuple[list[int], float, float]:
    flat = values.detach().double().numpy().ravel()
    counts, edges = np.histogram(flat, 64)
    return counts.tolist(), edges[0], edges[-1]


def test_they_are_those_of_numpy_over_the_same_tensors(tmp_path, always):  # noqa: F811
    ready = prepare(small(optimizer=sgd(0.0)), torch.device("cpu"))
    update = Update(ready)
    recorder = HistogramRecorder(tmp_path / FILE)
    numbers = LayerNumbers(ready, lambda: update.gradient_norm, recorder)
    images, labels = next(iter(ready.train(torch.arange(64), 64)))
    torch.manual_seed(0)
    update.take(ready.loss(images, labels)[0], 0, 0, 64)
    numbers.take(images, 1, 1)
    found = Histograms(tmp_path)
    found.refresh()

    model = ready.model
    activations = collect(model.eval(), (images,))
    tensors = {
        ("conv", "weights", "weight"): model.conv.weight,
        ("conv", "gradients", "weight"): model.conv.weight.grad,
        ("head", "weights", "bias"): model.head.bias,
        ("head", "activations", ""): activations["head"],
        ("image", "activations", ""): activations["image"],
    }
    for (node, kind, parameter), tensor in tensors.items():
        [one] = found.series(node, kind, parameter).moments
        assert (one.counts.tolist(), one.low, one.high) == of_numpy(tensor)
        assert (one.step, one.epoch, one.values) == (1, 1, tensor.numel())
    assert found.nodes == ["image", "conv", "norm", "relu", "flat", "drop", "head"]


def test_of_a_large_tensor_values_are_drawn_that_tell_the_same(tmp_path):
    tensor = torch.randn(64, 128, 9, 9, generator=torch.Generator().manual_seed(3))
    state = torch.random.get_rng_state()
    recorder = HistogramRecorder(tmp_path / FILE)
    recorder.see("a", "weights", tensor, "weight")
    recorder.see("b", "weights", tensor.to(memory_format=torch.channels_last), "weight")
    recorder.write(3, 1)

    assert torch.equal(torch.random.get_rng_state(), state)
    found = histograms_of(tmp_path)
    for node in "ab":
        series = found.series(node, "weights")
        edges, [shares] = series.density(12)
        whole, _ = np.histogram(tensor.numpy(), edges)
        assert series.moments[0].values == tensor.numel()
        assert np.abs(shares - whole / tensor.numel()).max() < 0.02


def histograms_of(folder) -> Histograms:
    found = Histograms(folder)
    found.refresh()
    return found


def test_a_run_begins_with_its_initial_weights_and_is_measured_from_then_on(run):
    found = histograms(run.path)
    series = found.series("conv", "weights")
    initial = prepare(small(), torch.device("cpu")).model.conv.weight

    assert series.steps.tolist() == list(range(run.status.step + 1))
    assert of_numpy(initial)[0] == series.moments[0].counts.tolist()
    assert of_numpy(run.model("last").conv.weight)[0] == series.moments[-1].counts.tolist()
    assert found.kinds("relu") == ["activations"]
    assert found.parameters("conv", "gradients") == ["weight", "bias"]


def test_the_bits_of_a_run_are_the_same_with_and_without(tmp_path, run, monkeypatch):
    monkeypatch.setattr(LayerNumbers, "_look_before", lambda *_: None)
    plain = train(small(epochs=2), tmp_path / "plain")

    assert {s.moments[-1].step for s in histograms(plain.path).all()} == {0}
    assert plain.metrics == run.metrics
    for name, weight in plain.model("last").state_dict().items():
        assert torch.equal(run.model("last").state_dict()[name], weight)


def test_a_resumed_run_tells_each_step_once_and_what_it_went_back_behind_no_more(run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    steps = run.status.step
    line = json.loads((folder / FILE).read_text().splitlines()[-1])
    assert line["node"] == "head" and line["kind"] == "weights"
    with (folder / FILE).open("a") as file:
        # As after a kill: a measurement that no checkpoint knows of, and a torn line.
        file.write(json.dumps({**line, "step": steps + 7, "epoch": 99}) + '\n{"type": "histo')
    assert histograms(folder).series("head", "weights", line["parameter"]).steps[-1] == steps + 7
    again = train(small(epochs=3), folder, resume=True)

    series = histograms(folder).series("head", "weights", line["parameter"])
    assert len(set(series.steps)) == len(series.steps)
    assert max(m.epoch for m in series.moments) <= 3 and series.steps[-1] <= again.status.step


def test_what_is_damaged_is_left_out(run, tmp_path):
    lines = (run.path / FILE).read_text().splitlines()
    good = json.loads(lines[0])
    bad = [
        {**good, "counts": "many"}, {**good, "counts": [-1]}, {**good, "low": None},
        {**good, "low": 2.0, "high": 1.0}, {**good, "step": "x"}, {"type": "histogram"}, [1, 2],
    ]  # fmt: skip
    (tmp_path / FILE).write_text(
        "\n".join(["no json", *map(json.dumps, bad), lines[0], '{"type": "histogram", "step": 9'])
    )
    found = histograms_of(tmp_path)

    [series] = found.all()
    assert series.moments[0].counts.tolist() == good["counts"]


def test_what_is_appended_is_read_on_from_there(run, tmp_path):
    lines = (run.path / FILE).read_text().splitlines(keepends=True)
    (tmp_path / FILE).write_text("".join(lines[:-1]) + lines[-1][:20])
    found = Histograms(tmp_path)
    assert found.refresh() and not found.refresh()
    with (tmp_path / FILE).open("a") as file:
        file.write(lines[-1][20:])

    assert found.refresh()
    told = [len(series.moments) for series in found.all()]
    assert told == [len(series.moments) for series in histograms(run.path).all()]


def test_an_old_run_says_that_it_has_none(run, tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(run.path, folder)
    (folder / FILE).unlink()

    with pytest.raises(RunError, match="old has no histograms"):
        histograms(folder)
    with pytest.raises(RunError, match="There is no run"):
        histograms(tmp_path / "nothing")


def test_numbers_that_are_none_are_counted_apart(tmp_path):
    recorder = HistogramRecorder(tmp_path / FILE)
    recorder.see("a", "gradients", torch.tensor([1.0, float("nan"), 2.0, float("inf")]), "weight")
    recorder.see("b", "gradients", torch.full((3,), float("nan")), "weight")
    recorder.see("c", "weights", torch.full((5,), 0.25), "weight")
    recorder.see("d", "activations", torch.arange(3))
    recorder.write(1, 1)
    found = histograms_of(tmp_path)

    a, b, c = (found.series(node, found.kinds(node)[0]).moments[0] for node in "abc")
    assert (a.not_finite, a.counts.sum(), a.low, a.high) == (2, 2, 1.0, 2.0)
    assert (b.not_finite, b.counts.sum()) == (3, 0)
    assert (c.counts.tolist(), c.low, c.high) == ([5], 0.25, 0.25)
    assert found.nodes == ["a", "b", "c"]  # whole numbers are no activations to learn from


def test_a_large_file_grows_seldom(tmp_path, monkeypatch):
    monkeypatch.setattr(histogram_recorder, "ROOM_BYTES", 1e-9)
    recorder = HistogramRecorder(tmp_path / FILE)
    assert recorder.is_due()
    recorder.see("a", "weights", torch.ones(3), "weight")
    recorder.write(1, 1)

    assert not recorder.is_due(anyway=True)


def test_weights_and_gradients_are_taken_down_between_measurements(tmp_path, monkeypatch):
    monkeypatch.setattr(layer_numbers, "FIRST_STEPS", 0)
    monkeypatch.setattr(layer_numbers, "LEAST_SECONDS", 1e6)
    monkeypatch.setattr(histogram_recorder, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(histogram_recorder, "LARGEST_SHARE", float("inf"))
    monkeypatch.setattr(histogram_recorder, "RUN_SHARE", 0.0)
    monkeypatch.setattr(histogram_recorder, "ROOM_BYTES", float("inf"))
    run = train(small(epochs=1), tmp_path / "run")
    found = histograms(run.path)

    every = list(range(1, run.status.step + 1))
    assert found.series("head", "weights").steps.tolist() == [0, *every]
    assert found.series("head", "gradients").steps.tolist() == every
    assert found.series("head", "activations").steps.tolist() == [1]


@given(
    st.lists(
        st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=40), min_size=1, max_size=4
    )
)
def test_shares_on_the_common_axis_add_up_to_one(tmp_path_factory, moments):
    folder = tmp_path_factory.mktemp("axis")
    recorder = HistogramRecorder(folder / FILE)
    for step, values in enumerate(moments):
        recorder.see("a", "weights", torch.tensor(values), "weight")
        recorder.write(step, 1)
    series = histograms_of(folder).series("a", "weights")
    edges, shares = series.density(17)

    assert shares.sum(1) == pytest.approx(np.ones(len(moments)))
    assert edges[0] <= min(map(min, moments)) and edges[-1] >= max(map(max, moments))
    assert log_levels(shares).max() == 1 and log_levels(shares).min() >= 0
    assert picture_rows(series, 9, 17)[1].shape == (9, 17)


def test_the_command_prints_them_and_draws_them(run, tmp_path):
    told = command("histograms", str(run.path), "--layer", "conv", "--json", folder=tmp_path)
    series = {(s["kind"], s["parameter"]): s for s in json.loads(told.stdout)}
    found = histograms(run.path).series("conv", "weights")
    assert set(series) == {
        (kind, parameter) for kind in ("weights", "gradients") for parameter in ("weight", "bias")
    } | {("activations", "")}
    last = series["weights", "weight"]["moments"][-1]
    assert last["counts"] == found.moments[-1].counts.tolist()

    drawn = command("histograms", str(run.path), "-o", "spread.png", folder=tmp_path)
    assert drawn.returncode == 0 and drawn.stdout.strip().endswith("spread.png")
    picture = np.asarray(Image.open(tmp_path / "spread.png"))
    assert tuple(colour_maps["magma"][255]) in {tuple(c) for c in picture.reshape(-1, 3)[::7]}


def test_the_command_says_what_there_is_instead_of_an_unknown_layer(run, tmp_path):
    told = command("histograms", str(run.path), "--layer", "convv", folder=tmp_path)
    assert told.returncode == 1 and "no histograms of 'convv'" in told.stderr
    wrong = command("histograms", str(run.path), "--kind", "biases", folder=tmp_path)
    assert wrong.returncode == 2
