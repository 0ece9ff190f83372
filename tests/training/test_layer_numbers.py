"""What goes on in the layers is measured now and then, and changes nothing."""

import pytest
import torch

from cnnstudio.training import layer_numbers, loop
from cnnstudio.training.layer_numbers import LayerNumbers
from cnnstudio.training.preparation import prepare
from cnnstudio.training.run import Run
from cnnstudio.training.train import train
from cnnstudio.training.update import Update
from tests.training.networks import chain, project, sgd, small


@pytest.fixture
def always(monkeypatch):
    """Measures each step."""
    monkeypatch.setattr(layer_numbers, "FIRST_STEPS", 0)
    monkeypatch.setattr(layer_numbers, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(layer_numbers, "LARGEST_SHARE", float("inf"))
    monkeypatch.setattr(layer_numbers, "RUN_SHARE", 0.0)


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    return run.model("last").state_dict()


def test_a_run_has_the_same_bits_whether_its_layers_are_measured_or_not(
    tmp_path, always, monkeypatch
):
    settings = {"epochs": 2, "clip_norm": 0.5, "optimizer": sgd(), "ema_decay": 0.9}
    measured = train(small(**settings), tmp_path / "measured")
    monkeypatch.setattr(LayerNumbers, "_look_before", lambda *_: None)
    plain = train(small(**settings), tmp_path / "plain")

    kinds = [[e["type"] for e in run.directory.events()[0]] for run in (measured, plain)]
    assert kinds[0].count("layers") == measured.status.step and "layers" not in kinds[1]
    assert measured.metrics == plain.metrics
    for name, weight in weights_of(plain).items():
        assert torch.equal(weights_of(measured)[name], weight)


def test_the_numbers_are_those_that_torch_gives_around_a_step(always):
    ready = prepare(small(optimizer=sgd(0.0), clip_norm=0.01), torch.device("cpu"))
    update = Update(ready)
    numbers = LayerNumbers(ready, lambda: update.gradient_norm)
    images, labels = next(iter(ready.train(torch.arange(64), 64)))
    before = {n: w.detach().clone() for n, w in ready.model.named_parameters()}
    torch.manual_seed(0)
    whole = torch.autograd.grad(
        ready.loss(images, labels)[0], [ready.model.head.weight, ready.model.head.bias]
    )
    torch.manual_seed(0)
    update.take(ready.loss(images, labels)[0], 0, 0, 64)
    told = numbers.take(images, 1, 1)["layers"]

    assert list(told) == ["conv", "norm", "relu", "head"]
    unclipped = torch.cat([part.flatten() for part in whole]).norm()
    assert told["head"]["gradient"] == pytest.approx(float(unclipped), rel=1e-3)
    old = torch.cat([before["head.weight"].flatten(), before["head.bias"]])
    new = torch.cat([ready.model.head.weight.flatten(), ready.model.head.bias]).detach()
    assert told["head"]["update"] == pytest.approx(float((new - old).norm() / old.norm()), rel=1e-3)
    assert ready.model.training


def test_units_that_give_nothing_and_outputs_at_their_ends_are_counted(always):
    network = chain(
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Conv2d", "conv", {"out_channels": 4, "kernel_size": 3}),
        ("ReLU", "relu", {}),
        ("Flatten", "flat", {}),
        ("Linear", "fc", {"out_features": 16}),
        ("Tanh", "tanh", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    )
    ready = prepare(project(network, optimizer=sgd(0.0)), torch.device("cpu"))
    with torch.no_grad():
        ready.model.conv.bias.copy_(torch.tensor([-1e3, 0.5, -1e3, -1e3]))
        ready.model.fc.weight.zero_()
        ready.model.fc.bias.copy_(torch.tensor([9.0] * 8 + [-9.0] * 4 + [0.0] * 4))
    update = Update(ready)
    numbers = LayerNumbers(ready, lambda: update.gradient_norm)
    images, labels = next(iter(ready.train(torch.arange(64), 64)))
    update.take(ready.loss(images, labels)[0], 0, 0, 64)
    told = numbers.take(images, 1, 1)["layers"]

    assert told["relu"] == {"dead": 0.75}
    assert told["tanh"] == {"saturated": 0.75}


def test_measuring_is_seldom_unless_it_is_cheap(tmp_path):
    run = train(small(epochs=3), tmp_path / "run")
    told = [e for e in run.directory.events()[0] if e["type"] == "layers"]

    assert [event["step"] for event in told] == [41]
    assert 0 < told[0]["memory_bytes"] < told[0]["memory_total_bytes"]


def test_the_share_of_time_that_is_spent_waiting_for_data_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "EVENT_SECONDS", 0.0)
    run = train(small(epochs=1), tmp_path / "run")
    shares = [e["data_share"] for e in run.directory.events()[0] if e["type"] == "step"]

    assert len(shares) == run.status.steps and all(0 <= share < 1 for share in shares)
