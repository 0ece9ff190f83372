"""From losses to steps: each thing that a setting asks for, against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import cnnstudio as cs
from cnnstudio.graph import Component, Learning, Project, RunError, SetLearning
from cnnstudio.training.construction import make_optimizer
from cnnstudio.training.muon import MuonWithAdamW
from cnnstudio.training.optimizers import REFUSED, optimizers
from cnnstudio.training.preparation import prepare
from cnnstudio.training.randomness import epoch_order
from cnnstudio.training.update import Update
from tests.training import networks

CPU = torch.device("cpu")
SGD = Component(kind="SGD", parameters={"momentum": 0.9})


def project(norm: bool = False, **settings) -> Project:
    layers = [
        ("Input", "image", {"shape": [1, 8, 8]}),
        ("Conv2d", "conv", {"out_channels": 4, "kernel_size": 3}),
        *([("BatchNorm2d", "norm", {})] if norm else []),
        ("ReLU", "relu", {}),
        ("Flatten", "flat", {}),
        ("Linear", "head", {"out_features": 10}),
        ("Output", "scores", {}),
    ]
    given = {"epochs": 2, "batch_size": 16, "learning_rate": 0.05, "optimizer": SGD} | settings
    return networks.project(networks.chain(*layers), device="cpu", **given)


def trained(project: Project, epochs: int = 1):
    """What is ready, trained for some epochs by `Update` alone, and the update."""
    ready = prepare(project, CPU)
    update, step = Update(ready), 0
    for epoch in range(epochs):
        order = epoch_order(0, epoch, len(ready.train))[: ready.samples_per_epoch]
        batches = ready.train(order, project.training.batch_size)
        for batch, (images, labels) in enumerate(batches):
            loss = ready.criterion(ready.model(images), labels)
            update.take(loss, step, batch, len(labels))
            step += 1
    return ready, update


def by_hand(project: Project, before_step, size: int, epochs: int = 1):
    """The same in torch's own words; `before_step(model, optimizer, step)` is called before each
    step."""
    ready = prepare(project, CPU)
    step = 0
    for epoch in range(epochs):
        order = epoch_order(0, epoch, len(ready.train))[: ready.samples_per_epoch]
        for images, labels in ready.train(order, size):
            ready.optimizer.zero_grad()
            ready.criterion(ready.model(images), labels).backward()
            before_step(ready.model, ready.optimizer, step)
            ready.optimizer.step()
            step += 1
    return ready


def assert_same(one: torch.nn.Module, two: torch.nn.Module, **closeness) -> None:
    for name, value in one.state_dict().items():
        torch.testing.assert_close(value, two.state_dict()[name], **closeness, msg=name)


def test_batches_together_are_one_larger_batch():
    # 1,257 training images: the last step has fewer than the others, and its last batch too.
    ready, _ = trained(project(batch_size=8, accumulate=4))
    expected = by_hand(project(batch_size=8), lambda *_: None, size=32)
    assert_same(ready.model, expected.model, rtol=1e-4, atol=1e-6)


def test_gradients_are_clipped_and_their_own_norm_is_told():
    norms = []

    def clip(model, optimizer, step):
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1))
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.02)

    ready, update = trained(project(clip_norm=0.1, clip_value=0.02))
    assert_same(ready.model, by_hand(project(), clip, size=16).model, rtol=0, atol=0)
    assert update.gradient_norm == float(norms[-1]) > 0.1


def test_the_l1_penalty_is_the_gradient_of_the_sum_of_sizes():
    def penalise(model, optimizer, step):
        weights = [p for p in model.parameters() if p.ndim > 1]
        before = [p.grad.clone() for p in weights]
        (0.01 * sum(p.abs().sum() for p in weights)).backward()
        assert any((p.grad != g).any() for p, g in zip(weights, before, strict=True))

    ready, _ = trained(project(l1=0.01))
    assert_same(ready.model, by_hand(project(), penalise, size=16).model)


def test_a_layer_may_have_an_l1_penalty_of_its_own():
    def penalise(model, optimizer, step):
        (0.03 * model.get_submodule("conv").weight.abs().sum()).backward()

    wanted = project(l1=0.01)
    for name, penalty in (("conv", 0.03), ("head", 0.0)):
        [node] = [node for node in wanted.network.nodes if node.name == name]
        wanted, _ = SetLearning(node_id=node.id, learning=Learning(l1=penalty)).apply(wanted)
    assert_same(trained(wanted)[0].model, by_hand(project(), penalise, size=16).model)


def test_the_learning_rate_follows_the_schedule_and_the_warm_up():
    settings = {"schedule": Component(kind="CosineAnnealing"), "warmup": 0.5}
    ready = prepare(project(**settings), CPU)
    steps, warm = ready.steps, 0.5 * ready.steps_per_epoch
    rates = []

    def schedule(model, optimizer, step):
        cosine = (1 + torch.cos(torch.tensor(torch.pi * step / steps, dtype=torch.float64))) / 2
        rates.append(0.05 * float(cosine) * min(1.0, (step + 1) / warm))
        optimizer.param_groups[0]["lr"] = rates[-1]

    found, update = trained(project(**settings), epochs=2)
    expected = by_hand(project(), schedule, size=16, epochs=2)
    assert_same(found.model, expected.model, rtol=1e-4, atol=1e-6)
    assert rates[0] < 0.01 < max(rates) < 0.05
    assert update.learning_rate == pytest.approx(rates[-1])


def test_the_average_of_the_weights_is_torchs():
    wished = project(norm=True, ema_decay=0.9)
    reference: list[AveragedModel] = []

    def average(model, optimizer, step):
        if not reference:
            reference.append(AveragedModel(
                model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True))  # fmt: skip
        elif step > 0:
            reference[0].update_parameters(model)

    ready, update = trained(wished)
    expected = by_hand(wished, average, size=16)
    reference[0].update_parameters(expected.model)
    assert_same(ready.model, expected.model)
    assert update.average.n_averaged == ready.steps_per_epoch
    for name, value in update.model.named_parameters():
        torch.testing.assert_close(value, dict(reference[0].module.named_parameters())[name])
    assert (update.model.head.weight != ready.model.head.weight).any()


def test_biases_and_norms_are_not_decayed_unless_wanted():
    decaying = {"optimizer": Component(kind="SGD", parameters={"weight_decay": 0.5})}
    groups = prepare(project(norm=True, decay_all=False, **decaying), CPU).optimizer.param_groups
    assert [group["weight_decay"] for group in groups] == [0.5, 0.0]
    assert [[p.ndim for p in group["params"]] for group in groups] == [[4, 2], [1, 1, 1, 1]]
    assert len(prepare(project(norm=True, **decaying), CPU).optimizer.param_groups) == 1


@pytest.mark.parametrize("kind", REFUSED)
def test_an_optimizer_that_makes_no_sense_here_is_refused_with_its_reason(kind, tmp_path):
    with pytest.raises(RunError, match=f"{kind} is not for training in batches. It "):
        cs.train(project(optimizer=Component(kind=kind)), tmp_path / "run")


@pytest.mark.parametrize("kind", optimizers)
def test_every_optimizer_learns(kind):
    rates = {"Adadelta": 1.0, "SGD": 0.05, "Adagrad": 0.02, "Adafactor": 0.02, "Muon": 0.01}
    wished = project(optimizer=Component(kind=kind), learning_rate=rates.get(kind, 0.005))
    ready, _ = trained(wished, epochs=2)
    images, labels = next(ready.validation.in_order(1000))
    with torch.inference_mode():
        assert (ready.model(images).argmax(1) == labels).float().mean() > 0.7


def test_muon_moves_matrices_as_torchs_muon_and_the_rest_as_adamw():
    def model():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(),
                                   torch.nn.Linear(72, 5))  # fmt: skip

    ours, theirs = model(), model()
    optimizer = make_optimizer(Component(kind="Muon"), ours.parameters(), 0.01)
    matrices = [p for p in theirs.parameters() if p.ndim == 2]
    others = [p for p in theirs.parameters() if p.ndim != 2]
    references = [
        torch.optim.Muon(matrices, 0.01, 0.1, 0.95, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, 0.01, weight_decay=0.1),
    ]
    images = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    for step in range(4):
        if step == 2:  # as a run that goes on
            state = optimizer.state_dict()
            optimizer = MuonWithAdamW(ours.parameters(), 0.01)
            optimizer.load_state_dict(state)
        ours.zero_grad(), theirs.zero_grad()
        for network in (ours, theirs):
            network(images).square().sum().backward()
        optimizer.step()
        for reference in references:
            reference.step()
        assert_same(ours, theirs, rtol=0, atol=0)
