"""Each illness shows in a course that has it and no other, and in no healthy one."""

from __future__ import annotations

import math

import pytest

from cnnstudio.graph import Component
from cnnstudio.training.doctor import Doctor, Finding, attend, diagnose, illnesses
from tests.training.doctor.courses import DATA, course, found, healthy_layers, healthy_loss
from tests.training.networks import lenet


def with_layers(**changed):
    return lambda: healthy_layers() | changed


def shrinking():
    """Each layer on the way back makes the gradient a hundred times smaller."""
    layers = healthy_layers()
    for depth, name in enumerate(("fc3", "fc2", "fc1", "conv2", "conv1")):
        layers[name] |= {"gradient": 0.1 * 100.0**-depth}
    return layers


def growing():
    layers = healthy_layers()
    for depth, name in enumerate(("fc3", "fc2", "fc1", "conv2", "conv1")):
        layers[name] |= {"gradient": 0.1 * 20.0**depth}
    return layers


def updates_of(size):
    def layers():
        return {
            name: told | ({"update": size} if "update" in told else {})
            for name, told in healthy_layers().items()
        }

    return layers


def flat(value):
    return lambda epoch: value


SICK = {
    "loss_below_zero": course(loss=lambda epoch: 0.1 - 50 * epoch**3, accuracy=flat(0.1)),
    "rate_too_high": course(loss=lambda epoch: 2.3 + 20 * epoch, accuracy=flat(0.1)),
    "rate_too_low": course(
        loss=lambda epoch: 2.3 - 0.02 * epoch, accuracy=lambda epoch: 0.1 + 0.01 * epoch,
        layers=updates_of(3e-6),
    ),
    "shuffled_labels": course(
        loss=lambda epoch: 2.3 * math.exp(-0.4 * epoch), val_loss=lambda epoch: 2.3 + epoch,
        accuracy=lambda epoch: 1 - 0.9 * math.exp(-0.4 * epoch), val_accuracy=flat(0.1),
    ),
    "overfitting": course(
        val_loss=lambda epoch: 1.5 - 0.4 * min(epoch, 2) + 0.2 * max(0, epoch - 2),
        val_accuracy=lambda epoch: min(0.2 + 0.3 * epoch, 0.7),
    ),
    "underfitting": course(loss=lambda epoch: 1.9 + 0.4 * math.exp(-3 * epoch),
                           accuracy=lambda epoch: 0.3 - 0.2 * math.exp(-3 * epoch)),
    "dead_units": course(layers=with_layers(relu1={"dead": 0.7})),
    "saturated_activations": course(layers=with_layers(tanh1={"saturated": 0.95})),
    "vanishing_gradients": course(layers=shrinking),
    "exploding_gradients": course(layers=growing),
    "starved_device": course(data_share=0.7),
    "memory_nearly_full": course(memory=0.96),
}  # fmt: skip


@pytest.mark.parametrize("name", SICK)
def test_an_illness_is_found_where_it_is_and_no_other(name):
    assert found(SICK[name]) == [name]


def test_a_healthy_course_has_none():
    assert found(course()) == []


@pytest.mark.parametrize(
    "events",
    [
        # Slow but steady, as a large data set is learned.
        course(loss=lambda epoch: 7.0 * math.exp(-0.1 * epoch), accuracy=lambda e: 0.05 * e),
        # A loss with noise.
        course(loss=lambda epoch: healthy_loss(epoch) * (1 + 0.4 * math.sin(91 * epoch))),
        # Validation swings a little around its best.
        course(val_loss=lambda epoch: 0.3 + 0.03 * math.sin(epoch), val_accuracy=flat(0.93)),
        # A small gap between training and validation, as all networks have.
        course(val_accuracy=lambda epoch: 0.97 - 0.87 * math.exp(-1.5 * epoch)),
        # Normalisation that has not settled yet: validation comes later.
        course(val_accuracy=lambda epoch: 0.1 if epoch < 3 else 0.95),
        # Gradients of another size than ours.
        course(gradient_norm=60.0),
    ],
)
def test_what_is_only_unusual_is_no_illness(events):
    assert found(events) == []


def test_classes_of_very_different_size_are_told_at_the_start():
    counts = [1000, *[100] * 8, 12]
    told = diagnose(lenet(), {**DATA, "counts": counts}, course(1))

    assert [(one.illness.name, one.epoch) for one in told] == [("class_imbalance", 0)]
    assert "12 of 9" in told[0].evidence
    balanced = lenet(loss=Component(kind="CrossEntropyLoss", parameters={"balanced": True}))
    assert found(course(1), {**DATA, "counts": counts}, balanced) == []


DEAD_AT_CHANCE = course(loss=flat(2.5), accuracy=flat(0.1), layers=with_layers(relu1={"dead": 0.9}))


def test_units_that_died_of_a_large_rate_are_told_as_a_rate_too_high():
    cycle = lenet(learning_rate=1.0, schedule=Component(kind="OneCycle"))
    (told,) = diagnose(cycle, DATA, DEAD_AT_CHANCE)

    assert told.illness.name == "rate_too_high"
    assert told.facts["Dead units"] == "90 % at relu1"
    assert told.illness.remedies[0] == "lower-rate"


def test_first_steps_that_went_far_are_a_rate_too_high_whatever_the_rate():
    began = iter([0.5] + [1e-4] * 99)

    def layers():
        return updates_of(next(began))() | {"relu1": {"dead": 0.9}}

    events = course(loss=flat(2.5), accuracy=flat(0.1), layers=layers)
    assert found(events)[0] == "rate_too_high"


def test_dead_units_at_a_usual_rate_or_in_a_run_that_learns_are_told_as_such():
    learns = course(layers=with_layers(relu1={"dead": 0.9}))

    assert found(DEAD_AT_CHANCE)[0] == "dead_units"
    assert found(learns, project=lenet(learning_rate=1.0)) == ["dead_units"]


def test_divergence_names_the_node_and_the_step():
    diverged = {
        "type": "diverged", "step": 31, "epoch": 2, "what": "loss", "losses": [3.0, 4e8],
        "origin": {"step": 30, "where": "gradient", "node": "conv2", "sentence": "It is conv2."},
    }  # fmt: skip
    (told,) = diagnose(lenet(), DATA, [*course(1), diverged])

    assert (told.illness.name, told.node, told.step) == ("divergence", "conv2", 31)
    assert told.facts["Where it began"] == "It is conv2."


def test_an_illness_is_told_once_and_stays_told_when_the_run_goes_on():
    events = SICK["dead_units"]
    doctor = Doctor(lenet(), DATA)
    first = [one for event in events for one in doctor.take(event)]
    again = Doctor(lenet(), DATA)
    again.remember([*events, {"type": "finding", "step": 21, **first[0].to_event()}])

    assert len(first) == 1
    start = {"type": "start", "step": 160}
    assert [one for event in [start, *events[-20:]] for one in again.take(event)] == []


def test_what_a_resumed_run_does_again_is_forgotten():
    sick = course(2, loss=lambda epoch: 2.3 if epoch < 1 else 50.0)[:-1]
    doctor = Doctor(lenet(), DATA)
    doctor.remember(event for event in sick if event["step"] <= 24)
    back = [{"type": "start", "step": 20}, *(e for e in course(2)[1:] if e["step"] > 20)]

    assert [one for event in back for one in doctor.take(event)] == []


@pytest.mark.parametrize("name", SICK)
def test_numbers_that_are_none_do_not_confuse_the_doctor(name):
    without = [
        {key: None if isinstance(value, float) else value for key, value in event.items()}
        for event in SICK[name]
    ]
    assert set(found(without)) <= {name, "exploding_gradients"}


def test_a_finding_comes_back_from_its_event():
    (told,) = diagnose(lenet(), DATA, SICK["dead_units"])
    event = {"type": "finding", "step": told.step, "epoch": told.epoch, **told.to_event()}

    assert Finding.from_event(event) == told
    assert told.node == "relu1" and "'relu1'" in told.message
    assert Finding.from_event({**event, "illness": "measles"}) is None


def test_the_run_goes_on_where_the_doctor_fails(monkeypatch):
    written = []

    def fail(_):
        raise ZeroDivisionError("a bug")

    doctor = Doctor(lenet(), DATA)
    monkeypatch.setattr(doctor, "take", fail)
    listen = attend(doctor, lambda type, **values: written.append((type, values["message"])))
    for event in course(1):
        listen(event)

    assert [kind for kind, _ in written] == ["warning"]
    assert "a bug" in written[0][1]


def test_each_illness_says_what_it_is_what_that_means_and_has_a_remedy():
    for one in illnesses.values():
        assert one.sentence.endswith(".") and one.advice.endswith(".") and one.remedies
