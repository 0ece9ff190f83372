"""Loss and accuracy of an epoch do not depend on when the sums are taken."""

import math

import torch

from cnnstudio.training.tally import Tally


def batches(count):
    generator = torch.Generator().manual_seed(0)
    for size in [8] * (count - 1) + [3]:
        logits = torch.randn(size, 5, generator=generator)
        labels = torch.randint(0, 5, (size,), generator=generator)
        yield torch.nn.functional.cross_entropy(logits, labels), logits, labels


def test_the_loss_is_the_mean_over_samples_and_the_accuracy_exact():
    tally, logits, labels = Tally(), [], []
    for loss, scores, truth in batches(7):
        tally.add(loss, scores, truth)
        logits.append(scores)
        labels.append(truth)
    tally.flush()
    everything, truth = torch.cat(logits), torch.cat(labels)
    assert math.isclose(
        tally.loss, torch.nn.functional.cross_entropy(everything, truth).item(), rel_tol=1e-6
    )
    assert tally.accuracy == (everything.argmax(1) == truth).double().mean().item()


def test_flushing_at_other_moments_gives_the_same_bits():
    often, once = Tally(), Tally()
    for batch in batches(20):
        often.add(*batch)
        often.flush()
        once.add(*batch)
    once.flush()
    assert often.to_json() == once.to_json()


def test_a_tally_goes_on_from_its_json():
    whole, part = Tally(), Tally()
    for index, batch in enumerate(batches(10)):
        whole.add(*batch)
        if index == 5:
            part.flush()
            part = Tally(**part.to_json())
        part.add(*batch)
    whole.flush()
    part.flush()
    assert part.to_json() == whole.to_json()


def test_an_empty_tally_has_no_loss():
    assert Tally().flush() == ([], 0.0)
    assert math.isnan(Tally().loss)
