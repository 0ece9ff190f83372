"""Each way to use the machine trains as it says, and goes on as if it had never stopped."""

from __future__ import annotations

import copy

import pytest
import torch

import cnnstudio as cs
from cnnstudio.data.room import available_memory
from cnnstudio.graph import Component
from cnnstudio.training import batches as batches_module
from cnnstudio.training.batches import Batches
from cnnstudio.training.checkpoint import Snapshot, load_checkpoint, write_checkpoint
from cnnstudio.training.evaluate import evaluate
from cnnstudio.training.machine import channels_last, choose_machine
from cnnstudio.training.preparation import prepare
from cnnstudio.training.randomness import epoch_order, seed_step
from cnnstudio.training.rundir import RunDirectory, read_json
from tests.training.networks import chain, lenet, project, small

CPU = torch.device("cpu")
MKLDNN = torch.backends.mkldnn.is_available()


def first_batch(ready):
    return next(iter(ready.train(epoch_order(0, 0, len(ready.train)), ready.settings.batch_size)))


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_last_are_the_same_images_stored_pixel_by_pixel(channels):
    images = torch.rand(2, channels, 4, 5)
    stored = channels_last(images)
    assert torch.equal(stored, images)
    assert stored.stride() == (channels * 20, 1, channels * 5, channels)


@pytest.mark.parametrize("network", [small, lenet])
@pytest.mark.parametrize("keep", ["device", "memory"])
def test_an_image_stored_pixel_by_pixel_gives_the_same_answer(network, keep):
    plain = prepare(network(channels_last="off", keep_images=keep), CPU)
    last = prepare(network(channels_last="on", keep_images=keep), CPU)
    assert (plain.machine.channels_last, last.machine.channels_last) == (False, True)
    (images, labels), (stored, same_labels) = first_batch(plain), first_batch(last)
    assert torch.equal(images, stored) and torch.equal(labels, same_labels)
    assert stored.stride(1) == 1 and images.stride(3) == 1
    plain.model.eval(), last.model.eval()
    torch.testing.assert_close(last.model(stored), plain.model(images))
    assert last.model.conv1.weight.is_contiguous() if network is lenet else True


def test_the_machine_stores_images_pixel_by_pixel_where_that_is_faster():
    assert prepare(small(), CPU).machine.channels_last == MKLDNN
    flat = project(
        chain(("Input", "image", {"shape": [1, 8, 8]}), ("Flatten", "flat", {}),
              ("Linear", "head", {"out_features": 10}), ("Output", "scores", {}))
    )  # fmt: skip
    assert not prepare(flat, CPU).machine.channels_last


class Viewing(torch.nn.Module):
    """As users write it: right for images stored channel by channel alone."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 1)

    def forward(self, images):
        return self.conv(images).view(len(images), -1)


def test_a_network_that_can_not_take_images_so_gets_them_as_before():
    network = Viewing().train()
    chosen = choose_machine(small().training, CPU, network, (3, 8, 8), 0)
    assert not chosen.channels_last and chosen.notes == ()
    assert network.training and network.conv.training
    wished = choose_machine(small(channels_last="on").training, CPU, network, (3, 8, 8), 0)
    assert not wished.channels_last and "stored last" in wished.notes[0]


@pytest.mark.parametrize("keep", ["device", "memory", "disk"])
def test_wherever_images_wait_they_are_the_same(keep):
    ready = prepare(small(keep_images=keep, readers=2), CPU)
    expected = prepare(small(), CPU)
    assert (ready.splits.train.tensors() is None) == (keep == "disk")
    order = epoch_order(0, 0, len(ready.train))
    found = list(ready.train(order, 64, first=17))
    for ours, theirs in zip(found, expected.train(order, 64, first=17), strict=True):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])
    for ours, theirs in zip(
        ready.validation.in_order(50), expected.validation.in_order(50), strict=True
    ):
        assert torch.equal(ours[0], theirs[0]) and torch.equal(ours[1], theirs[1])


def test_images_are_held_only_where_there_is_room(monkeypatch):
    samples = prepare(small(), CPU).splits.train
    assert samples.prepared_bytes == samples.tensors()[0].nbytes
    monkeypatch.setattr(batches_module, "BYTES_IN_MEMORY", samples.prepared_bytes - 1)
    monkeypatch.setattr(batches_module, "available_memory", lambda: samples.prepared_bytes)
    assert Batches(samples, CPU)._held is None
    monkeypatch.setattr(batches_module, "available_memory", lambda: samples.prepared_bytes * 4)
    assert Batches(samples, CPU)._held is not None


def test_the_memory_of_a_container_ends_at_its_limit(tmp_path):
    free = available_memory(tmp_path)
    assert free > 2**20
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2000000\n")
    assert available_memory(tmp_path) == 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory(tmp_path) > 1_000_000


@pytest.mark.parametrize(
    ("kind", "fused"), [("AdamW", True), ("Adam", True), ("SGD", None), ("Muon", None)]
)
def test_steps_are_fused_where_that_is_faster_and_wished(kind, fused):
    optimizer = Component(kind=kind)
    made = prepare(small(optimizer=optimizer), CPU).optimizer
    assert made.param_groups[0].get("fused") is fused
    made = prepare(small(optimizer=optimizer, fused=False), CPU).optimizer
    assert made.param_groups[0].get("fused") is None


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_learns_as_torchs_own_loop_does(precision, tmp_path):
    wished = small(epochs=1, precision=precision, clip_norm=1.0, device="cpu")
    ready = prepare(wished, CPU)
    model = copy.deepcopy(ready.model).train()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=True)
    scaler = torch.amp.GradScaler("cpu", enabled=precision == "fp16")
    half = {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    run = cs.train(wished, tmp_path / "run")

    order = epoch_order(0, 0, len(ready.train))[: ready.samples_per_epoch]
    with torch.random.fork_rng(devices=[]):
        for step, (images, labels) in enumerate(ready.train(order, 64)):
            seed_step(0, step, CPU)
            optimizer.zero_grad()
            with torch.autocast("cpu", half):
                scores = model(images)
            scaler.scale(ready.criterion(scores.float(), labels)).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
    for name, value in run.model("last").state_dict().items():
        torch.testing.assert_close(value, model.state_dict()[name], rtol=0, atol=0, msg=name)
    started = next(event for event in run.directory.events()[0] if event["type"] == "start")
    assert started["precision"] == precision


@pytest.mark.parametrize(
    "settings",
    [
        {"precision": "fp16", "accumulate": 2, "l1": 1e-5},
        {"precision": "bf16", "ema_decay": 0.9},
        {"keep_images": "disk", "channels_last": "on"},
        {"fused": False, "channels_last": "off"},
    ],
    ids=["fp16", "bf16", "from disk", "plain"],
)
def test_a_run_that_goes_on_is_the_run_that_never_stopped(settings, tmp_path):
    whole = cs.train(small(epochs=3, **settings), tmp_path / "whole")

    def stop(event):
        if event["type"] == "epoch" and event["epoch"] == 2:
            RunDirectory(tmp_path / "broken").control("stop")

    cs.train(small(epochs=3, **settings), tmp_path / "broken", on_event=stop)
    assert RunDirectory(tmp_path / "broken").status().state == "stopped"
    broken = cs.train(None, tmp_path / "broken", resume=True)
    ours, theirs = (run.directory.checkpoint("last") for run in (broken, whole))
    for file in ("model.safetensors", "training.safetensors"):
        assert (ours / file).read_bytes() == (theirs / file).read_bytes()
    scalers = [read_json(folder / "state.json").get("scaler") for folder in (ours, theirs)]
    assert scalers[0] == scalers[1]
    assert (scalers[0] is not None) == (settings.get("precision") == "fp16")


def test_evaluation_is_in_the_runs_precision():
    ready = prepare(small(precision="bf16"), CPU)
    seen = []
    ready.model.head.register_forward_hook(lambda _, __, answer: seen.append(answer.dtype))
    evaluate(ready.model, ready.validation, ready.criterion, 64, ready.machine.autocast)
    assert set(seen) == {torch.bfloat16}


def test_without_a_compiler_the_run_goes_on_and_says_so(tmp_path, monkeypatch):
    def refuse(function):
        def call(*_):
            raise RuntimeError("No working C++ compiler found in the settings.")

        return call

    monkeypatch.setattr(torch, "compile", refuse)
    run = cs.train(small(epochs=1, compile=True), tmp_path / "run")
    notes = [event["message"] for event in run.directory.events()[0] if event["type"] == "note"]
    assert any("not compiled: No working C++ compiler" in note for note in notes)
    assert len(run.metrics) == 1


def test_fused_steps_go_on_over_weights_that_are_stored_pixel_by_pixel(tmp_path):
    def made(last):
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten())
        model = model.to(memory_format=torch.channels_last) if last else model
        return model, torch.optim.AdamW(model.parameters(), 0.1, fused=last)

    images = torch.rand(2, 3, 4, 4)
    pairs = [made(True), made(False)]
    for step in range(3):
        if step == 1:  # as a run that goes on
            model, optimizer = pairs[0]
            snapshot = Snapshot.of(model, optimizer, {"step": 1})
            folder = write_checkpoint(RunDirectory(tmp_path), snapshot)
            pairs[0] = made(True)
            load_checkpoint(folder, *pairs[0])
            assert pairs[0][0][0].weight.stride(1) == 1
        for model, optimizer in pairs:
            optimizer.zero_grad()
            model(images).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(pairs[0][0][0].weight, pairs[1][0][0].weight)
