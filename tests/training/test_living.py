"""What a trainer shows of its network while it trains, and that it trains the same without."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

import cnnstudio as cs
from cnnstudio.compiler.build import build
from cnnstudio.data.load import load
from cnnstudio.training.living import thumbnails as made_of
from cnnstudio.training.living import trainer, wish
from cnnstudio.training.living.look import Look, packed, read_look, unpacked
from cnnstudio.training.living.thumbnails import node_looks
from cnnstudio.training.living.wish import Watched, Wish, wish_of
from cnnstudio.training.rundir import RunDirectory
from tests.interpret.networks import Functions, InPlace, images, traced
from tests.training.networks import small

PROBES = (("test", 3), ("train", 0))


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> tuple[RunDirectory, list[Look]]:
    """A run that was watched as closely as can be, and what was seen of it."""
    seen: list[Look] = []
    write = trainer.write_look

    def seeing(folder, look):
        seen.append(look)
        write(folder, look)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "LARGEST_SHARE", 1e6)
        patch.setattr(trainer, "LEAST_SECONDS", 0.0)
        patch.setattr(trainer, "write_look", seeing)
        run = RunDirectory.create_at(tmp_path_factory.mktemp("watched") / "run", small(epochs=2))
        Wish(PROBES, gradients=True).write(run)
        cs.train(None, run.path, resume=True)
    return run, seen


def test_a_watched_run_learns_the_same_to_the_bit(watched, tmp_path):
    run, seen = watched
    alone = cs.train(small(epochs=2), tmp_path / "alone")
    assert len(seen) == run.status().step  # after each step
    mine, others = (
        load_file(RunDirectory(path).checkpoints()["last"] / "model.safetensors")
        for path in (run.path, alone.path)
    )
    assert mine.keys() == others.keys()
    assert all(np.array_equal(mine[name], others[name]) for name in mine)
    told = ["train_loss", "val_loss", "val_accuracy"]
    assert [[epoch[name] for name in told] for epoch in run.metrics()] == [
        [epoch[name] for name in told] for epoch in alone.metrics
    ]
    assert not (RunDirectory(alone.path).snapshot_folder / "live.safetensors").exists()


def test_what_is_seen_is_what_the_network_of_that_moment_gives(watched):
    run, _ = watched
    project = run.project()
    look, _ = read_look(run.snapshot_folder)
    assert look is not None and look.facts["step"] == run.status().step
    assert [(probe.split, probe.index) for probe in look.probes] == list(PROBES)

    model = build(project).eval()
    weights = load_file(run.checkpoints()["last"] / "model.safetensors")
    model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    splits = load(project.data, (1, 8, 8))
    batch = torch.from_numpy(np.concatenate([splits.test.batch([3]), splits.train.batch([0])]))
    with torch.no_grad():
        conv = model.conv(batch)
        scores = model(batch)
    assert look.nodes["conv"].number("mean") == pytest.approx(
        conv.mean((1, 2, 3)).numpy(), abs=1e-6
    )
    assert look.nodes["conv"].number("std") == pytest.approx(
        conv.std((1, 2, 3), correction=0).numpy(), rel=1e-5
    )
    assert look.nodes["head"].values == pytest.approx(scores.numpy(), abs=1e-5)
    assert look.probabilities == pytest.approx(scores.softmax(1).numpy(), abs=1e-6)
    assert [probe.label for probe in look.probes] == [splits.test.labels[3], splits.train.labels[0]]
    assert look.probes[0].image.shape == (8, 8, 3)


def test_a_look_is_a_file_that_can_be_read_without_this_program(watched):
    run, seen = watched
    arrays = load_file(run.snapshot_folder / "live.safetensors")
    assert arrays["maps/relu"].shape == (2, 5, 8, 8) and arrays["maps/relu"].dtype == np.uint8
    told = unpacked(packed(seen[-1]))
    assert list(told.nodes) == list(seen[-1].nodes) and told.facts == seen[-1].facts
    for probe, (split, index) in zip(told.probes, PROBES, strict=True):
        stored = getattr(load(run.project().data, (1, 8, 8)), split).image(index)
        assert np.abs(probe.image[..., :1].astype(int) - stored).max() <= 1
    with pytest.raises(ValueError):
        unpacked(b"\0" * 40)


@pytest.mark.parametrize("network", [Functions, InPlace])
def test_the_gradients_are_those_that_torch_gives_for_each_image(network):
    model, batch = traced(network()), images(2)
    labels = torch.tensor([1, 3])

    def loss(result, number):
        return torch.nn.functional.cross_entropy(
            result[number : number + 1], labels[number : number + 1]
        )

    found, result = node_looks(model, batch, 5, 64, loss)
    assert not any(parameter.grad is not None for parameter in model.parameters())
    assert torch.equal(result, model(batch).detach())
    plain = network()
    plain.load_state_dict(model.state_dict())
    for number in range(2):
        for name, layer in plain.named_children():
            if "relu" in name:
                continue
            kept: list[torch.Tensor] = []

            def keep(module, inputs, output, kept=kept):
                kept.append(output.clone())  # before what follows writes over it
                kept[0].retain_grad()
                return kept[0].clone()

            with layer.register_forward_hook(keep):
                output = plain(batch[number : number + 1])
            torch.nn.functional.cross_entropy(output, labels[number : number + 1]).backward()
            norm = float(kept[0].grad.norm())
            assert found[name].gradient[number] == pytest.approx(norm, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 9), st.integers(1, 40), st.integers(1, 40), st.integers(0, 99)
)
def test_numbers_and_maps_of_any_shape(probes, channels, height, width, seed):
    value = torch.randn(probes, channels, height, width, generator=torch.manual_seed(seed)).relu()
    seen = made_of._see(value, 4, 16)
    node = made_of._worked_out({"it": seen})["it"]
    flat = value.reshape(probes, -1)
    assert node.number("mean") == pytest.approx(flat.mean(1).numpy(), abs=1e-5)
    assert node.number("std") == pytest.approx(flat.std(1, correction=0).numpy(), abs=1e-4)
    assert node.number("low").tolist() == flat.amin(1).tolist()
    assert node.number("high").tolist() == flat.amax(1).tolist()
    assert node.number("zeros") == pytest.approx((flat == 0).float().mean(1).numpy())
    silent = (value == 0).all(-1).all(-1).sum(1)
    assert node.number("silent").tolist() == silent.tolist()
    if height * width == 1:
        assert node.values.tolist() == value[:, :, 0, 0].tolist()
        return
    assert node.maps.shape[:2] == (probes, min(channels, 4)) and max(node.maps.shape[2:]) <= 16
    varied = node.maps[node.maps.max((2, 3)) > 0]
    assert (varied.min((1, 2)) == 0).all() and (varied.max((1, 2)) == 255).all()


def test_a_network_that_diverged_has_pictures_too():
    value = torch.rand(1, 2, 8, 8)
    value[0, 0, 0, 0], value[0, 1, 0, 0] = torch.nan, torch.inf
    node = made_of._worked_out({"it": made_of._see(value, 4, 16)})["it"]
    assert node.maps.shape == (1, 2, 8, 8)


def test_a_wish_lasts_only_as_long_as_it_is_renewed(tmp_path, monkeypatch):
    monkeypatch.setattr(wish, "LASTS_SECONDS", 0.2)
    monkeypatch.setattr(wish, "LOOK_SECONDS", 0.0)
    run = RunDirectory(tmp_path)
    listening = Watched(run)
    assert listening.wish() is None
    wanted = Wish(PROBES, gradients=True)
    wanted.write(run)
    assert listening.wish() == wanted
    time.sleep(0.25)
    assert listening.wish() is None
    wanted.write(run)
    assert listening.wish() == wanted


def test_what_anybody_may_have_written_is_no_wish():
    for content in (None, {}, {"probes": 3}, {"probes": [["test"]], "count": 1}):
        assert wish_of(content) is None
    many = {"probes": [["test", n] for n in range(99)], "count": 999, "size": 9999, "gradients": 1}
    kept = wish_of(many)
    assert kept is not None and (len(kept.probes), kept.count, kept.size) == (8, 64, 128)


def test_samples_that_are_not_there_and_layers_that_fail_end_no_run(tmp_path, monkeypatch):
    monkeypatch.setattr(trainer, "LARGEST_SHARE", 1e6)
    run = RunDirectory.create_at(tmp_path / "run", small(epochs=1))
    Wish((("test", 10**6), ("nowhere", 0))).write(run)
    cs.train(None, run.path, resume=True)
    look, _ = read_look(run.snapshot_folder)
    assert run.status().state == "finished" and look is not None and not look.nodes

    def broken(*_):
        raise RuntimeError("a layer of one's own")

    monkeypatch.setattr(trainer, "node_looks", broken)
    run = RunDirectory.create_at(tmp_path / "other", small(epochs=1))
    Wish(PROBES).write(run)
    cs.train(None, run.path, resume=True)
    assert run.status().state == "finished"
    notes = [event["message"] for event in run.history() if event["type"] == "note"]
    assert sum("No live feature maps" in note for note in notes) == 1
