"""Training on augmented and on mixed images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F
from torchvision.transforms import v2

import cnnstudio as cs
from cnnstudio.data.derivation import derived_seed
from cnnstudio.graph import AugmentationStep, Component, DataError, Project, RunError
from cnnstudio.training.construction import make_loss
from cnnstudio.training.losses import losses
from cnnstudio.training.mixed_labels import MixedLabels
from cnnstudio.training.mixing import mixing
from cnnstudio.training.preparation import prepare
from cnnstudio.training.randomness import epoch_order
from cnnstudio.training.rundir import RunDirectory
from tests.command import run as command
from tests.training.networks import small

CPU = torch.device("cpu")
TURN = AugmentationStep(kind="RandomRotation")
SHIFT = AugmentationStep(kind="RandomTranslation", probability=0.7)
MIX = AugmentationStep(kind="MixUp", probability=0.5)
CUT = AugmentationStep(kind="CutMix")


def project(*steps: AugmentationStep, **settings) -> Project:
    made = small(**settings)
    return made.model_copy(
        update={"data": made.data.model_copy(update={"augmentation": tuple(steps)})}
    )


def weights(run: RunDirectory, name: str = "last") -> bytes:
    return (run.checkpoints()[name] / "model.safetensors").read_bytes()


def test_a_stopped_run_with_augmentation_and_mixing_goes_on_to_the_same_bits(tmp_path):
    wished = project(SHIFT, MIX, CUT, epochs=6, batch_size=64)  # so long that it can be stopped
    whole = RunDirectory(cs.train(wished, tmp_path / "whole").path)
    broken = RunDirectory(tmp_path / "broken")

    def stop(event):
        if event["type"] == "step" and event["step"] > 2:
            broken.control("stop")

    cs.train(wished, broken.path, on_event=stop)
    assert broken.status().state == "stopped"
    assert 2 < broken.status().step < whole.status().steps
    cs.train(None, broken.path, resume=True)

    assert weights(broken) == weights(whole) and weights(broken, "best") == weights(whole, "best")
    told = [
        [{k: v for k, v in epoch.items() if k not in ("t", "seconds")} for epoch in run.metrics()]
        for run in (broken, whole)
    ]
    assert told[0] == told[1]


def test_without_steps_that_are_on_the_numbers_are_those_of_the_plain_run(tmp_path):
    off = AugmentationStep(kind="RandomInvert", enabled=False)
    never = AugmentationStep(kind="RandomInvert", probability=0.0)
    plain, *others = (
        weights(RunDirectory(cs.train(project(*steps, epochs=1), tmp_path / str(number)).path))
        for number, steps in enumerate([(), (off,), (never,)])
    )
    assert others == [plain, plain]


def test_only_training_images_are_changed_before_they_are_normalised():
    invert = AugmentationStep(kind="RandomInvert", probability=1.0)
    plain, ready = prepare(project(), CPU), prepare(project(invert), CPU)
    order = torch.arange(64)
    [(before, labels)] = plain.train(order, 64)
    [(after, same)] = ready.train_in(0)(order, 64)
    mean, std = (torch.from_numpy(part) for part in (ready.splits.mean, ready.splits.std))

    assert torch.equal(labels, same)
    torch.testing.assert_close(after * std + mean, 1 - (before * std + mean))  # of one channel
    for samples in ("validation", "test"):
        ours, theirs = (getattr(one.splits, samples).tensors()[0] for one in (plain, ready))
        assert torch.equal(ours, theirs)


def test_an_epoch_may_begin_at_any_batch_and_each_epoch_sees_other_images():
    ready = prepare(project(TURN, SHIFT), CPU)
    order = epoch_order(0, 1, len(ready.train))[:200]
    whole = list(ready.train_in(1)(order, 32))
    rest = list(ready.train_in(1)(order, 32, first=3))
    for (ours, _), (theirs, _) in zip(whole[3:], rest, strict=True):
        assert torch.equal(ours, theirs)
    other = next(iter(ready.train_in(2)(order, 32)))
    assert torch.equal(other[1], whole[0][1]) and not torch.equal(other[0], whole[0][0])


@pytest.mark.parametrize("kind", ["MixUp", "CutMix"])
def test_a_batch_is_mixed_as_torchvision_mixes_it(kind):
    random = torch.Generator().manual_seed(0)
    images = torch.randn(16, 3, 12, 10, generator=random)
    labels = torch.randint(0, 10, (16,), generator=random)
    scores = torch.randn(16, 10, generator=random)
    mixer = mixing([AugmentationStep(kind="RandomInvert"), AugmentationStep(kind=kind)], seed=4)
    alpha = {"MixUp": 0.2, "CutMix": 1.0}[kind]
    reference = getattr(v2, kind)(alpha=alpha, num_classes=10)
    state = torch.get_rng_state()
    shares = set()
    for step in range(12):
        mixed, truth = mixer(step, images, labels)
        torch.manual_seed(derived_seed(4, "mix", step, 1))
        theirs, soft = reference(images, labels)

        assert torch.equal(mixed, theirs)
        for smoothing in (0.0, 0.1):
            expected = F.cross_entropy(scores, soft, label_smoothing=smoothing)
            criterion = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
            torch.testing.assert_close(truth.loss(criterion, scores), expected)
        sure = (soft.amax(1) - 0.5).abs() > 1e-6
        assert torch.equal(truth.main[sure], soft.argmax(1)[sure])
        shares.add(round(truth.share, 6))
    assert len(shares) > 5
    torch.set_rng_state(state)
    again, _ = mixer(3, images, labels)
    assert torch.equal(again, mixer(3, images, labels)[0])
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("kind", [kind for kind, one in losses.items() if not one.unmixed])
def test_the_loss_of_mixed_labels_is_least_where_the_shares_are_told(kind):
    """The best answer to a mixture is a mixture, nearer to the larger share."""
    criterion = make_loss(Component(kind=kind), torch.arange(3), 3)
    truth = MixedLabels(torch.tensor([0]), torch.tensor([1]), share=0.7)
    logits = torch.zeros(1, 3, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], lr=0.5, max_iter=200)

    def closure():
        optimizer.zero_grad()
        scores = logits.log_softmax(1) if kind == "NLLLoss" else logits
        loss = truth.loss(criterion, scores)
        loss.backward()
        return loss

    optimizer.step(closure)
    each = kind == "BCEWithLogitsLoss"
    found = (logits.sigmoid() if each else logits.softmax(1)).detach()[0]
    exact = kind in ("CrossEntropyLoss", "BCEWithLogitsLoss", "NLLLoss", "MSELoss",
                     "SmoothL1Loss", "HuberLoss")  # fmt: skip
    if exact:
        torch.testing.assert_close(found, torch.tensor([0.7, 0.3, 0.0]), atol=0.03, rtol=0)
    assert found[0] > found[1] > found[2]


@pytest.mark.parametrize("kind", [kind for kind, one in losses.items() if one.unmixed])
def test_a_loss_that_is_not_for_mixed_images_is_refused_with_its_reason(kind, tmp_path):
    with pytest.raises(RunError, match=f"{kind} is not for images mixed by CutMix. It ") as raised:
        cs.train(project(CUT, loss=Component(kind=kind)), tmp_path / "run")
    assert "turn the step off" in raised.value.hint
    off = CUT.model_copy(update={"enabled": False})
    assert prepare(project(off, loss=Component(kind=kind)), CPU).mixing is None


def test_the_preview_shows_what_the_training_will_see():
    wished = project(TURN, SHIFT)
    found = cs.augment(wished, samples=5, epochs=2, first_epoch=3)
    ready = prepare(wished, CPU)

    assert found.images.shape == (2, 5, 8, 8, 1) and len(set(found.labels)) == 5
    for row, epoch in enumerate((2, 3)):
        seen = ready.splits.train.changed(ready.augmentation.change(epoch)).batch(found.indices)
        shown = ready.splits.preparation.levels(found.images[row].transpose(0, 3, 1, 2))
        np.testing.assert_array_equal(seen, shown)


def test_the_preview_tells_what_images_are_mixed_of_and_where_objects_are():
    made = cs.template("shapes_small")

    def found(*steps):
        data = made.data.model_copy(update={"augmentation": steps, "options": {"count": 300}})
        return cs.augment(made.model_copy(update={"data": data}), samples=6, epochs=2)

    turned = found(AugmentationStep(kind="RandomRotation", parameters={"degrees": 90.0}))
    assert turned.truths[0][0]["box"] != turned.truths[1][0]["box"]
    assert turned.captions[0] == turned.captions[1]
    mixed = found(AugmentationStep(kind="CutMix"))
    assert any("%" in caption for caption in mixed.captions[1] + mixed.captions[2])
    assert all(
        told.startswith(plain)
        for told, plain in zip(mixed.captions[1], mixed.captions[0], strict=True)
    )


def test_the_command_draws_a_picture_and_a_preset_can_be_set(tmp_path: Path):
    cs.save(project(), tmp_path / "small.cnns")
    draw = ("augment", "small.cnns", "-o", "a.png", "--samples", "3", "--epochs", "2")
    done = command(*draw, "--set", "data.augmentation=digits", folder=tmp_path)

    assert done.returncode == 0 and done.stdout == "a.png\n"
    picture = Image.open(tmp_path / "a.png")
    assert picture.width == picture.height == 3 * (256 + 8) + 8
    again = command(*draw, folder=tmp_path)
    assert again.returncode == 1 and "exists already" in again.stderr
    wrong = command(*draw, "--force", "--set", "data.augmentation=digit", folder=tmp_path)
    assert wrong.returncode == 1 and "none, light, standard, strong, digits" in wrong.stderr
    listed = command("augmentations", folder=tmp_path)
    assert "TrivialAugmentWide" in listed.stdout and "digits" in listed.stdout


def test_a_wrong_step_ends_a_run_before_it_begins(tmp_path):
    with pytest.raises(DataError, match="Step 1 of the augmentation: there is no 'Turn'"):
        cs.train(project(AugmentationStep(kind="Turn")), tmp_path / "run")
    file = tmp_path / "wrong.cnns"
    cs.save(project(AugmentationStep(kind="Turn")), file)
    done = command("train", "wrong.cnns", "--run-dir", "told", folder=tmp_path)
    assert done.returncode == 1 and not (tmp_path / "told").exists()
