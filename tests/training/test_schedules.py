"""Schedules against torch's own, step by step."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler as torch_schedules

import cnnstudio as cs
from cnnstudio.graph import Component, ProblemError, RunError
from cnnstudio.training.plateau import Plateau
from cnnstudio.training.schedules import PLATEAU, factor, schedules, warmed_up

EPOCHS, EPOCH_STEPS = 8, 5
STEPS = EPOCHS * EPOCH_STEPS


def optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)


def torchs(make, every: int = 1) -> list[float]:
    """The learning rate of each step of a run under a scheduler that steps each `every` steps."""
    stepped = optimizer()
    scheduler, rates = make(stepped), []
    for step in range(STEPS):
        rates.append(stepped.param_groups[0]["lr"])
        stepped.step()
        if (step + 1) % every == 0 and step + 1 < STEPS:
            scheduler.step()
    return rates


def ours(kind: str, **parameters) -> list[float]:
    return [factor(kind, parameters, step, EPOCH_STEPS, STEPS) for step in range(STEPS)]


@pytest.mark.parametrize(
    ("kind", "parameters", "make", "every"),
    [
        ("CosineAnnealing", {}, lambda o: torch_schedules.CosineAnnealingLR(o, STEPS), 1),
        ("CosineAnnealing", {"end": 0.1},
         lambda o: torch_schedules.CosineAnnealingLR(o, STEPS, eta_min=0.1), 1),
        ("CosineAnnealing", {"cycles": 4},
         lambda o: torch_schedules.CosineAnnealingWarmRestarts(o, STEPS // 4), 1),
        ("OneCycle", {},
         lambda o: torch_schedules.OneCycleLR(o, 1.0, STEPS, cycle_momentum=False), 1),
        ("OneCycle", {"pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 100.0},
         lambda o: torch_schedules.OneCycleLR(o, 1.0, STEPS, pct_start=0.5, div_factor=10,
                                        final_div_factor=100, cycle_momentum=False), 1),
        ("StepLR", {"step_size": 3, "gamma": 0.5},
         lambda o: torch_schedules.StepLR(o, 3, 0.5), EPOCH_STEPS),
        ("MultiStepLR", {"milestones": [2, 5], "gamma": 0.3},
         lambda o: torch_schedules.MultiStepLR(o, [2, 5], 0.3), EPOCH_STEPS),
        ("ExponentialLR", {"gamma": 0.8},
         lambda o: torch_schedules.ExponentialLR(o, 0.8), EPOCH_STEPS),
        ("PolynomialLR", {"power": 2.0},
         lambda o: torch_schedules.PolynomialLR(o, STEPS, 2.0), 1),
    ],
)  # fmt: skip
def test_a_schedule_is_torchs(kind, parameters, make, every):
    assert ours(kind, **parameters) == pytest.approx(torchs(make, every), rel=1e-6, abs=1e-9)


def test_the_warm_up_is_torchs_linear_one():
    expected = torchs(lambda o: torch_schedules.LinearLR(o, 0.1, total_iters=10))
    assert [warmed_up(step, 10, start=0.1) for step in range(STEPS)] == pytest.approx(expected)


@given(
    st.lists(st.floats(0.0, 10.0), min_size=1, max_size=30),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["val_loss", "val_accuracy"]),
)
def test_a_plateau_is_found_as_torch_finds_it(values, patience, cooldown, metric):
    stepped = optimizer()
    reference = torch_schedules.ReduceLROnPlateau(
        stepped, "max" if metric == "val_accuracy" else "min", factor=0.5, patience=patience,
        threshold=0.01, cooldown=cooldown, eps=0.0,
    )  # fmt: skip
    parameters = {"metric": metric, "factor": 0.5, "patience": patience, "threshold": 0.01,
                  "cooldown": cooldown}  # fmt: skip
    found = Plateau(schedules[PLATEAU].validate(parameters))
    for value in values:
        reference.step(value)
        state = found.to_json()
        found = Plateau(schedules[PLATEAU].validate(parameters))
        found.restore(state)  # as after a resume
        found.look({metric: value})
        assert found.factor == pytest.approx(stepped.param_groups[0]["lr"])


@pytest.mark.parametrize("kind", schedules)
def test_every_schedule_begins_and_stays_between_nothing_and_the_learning_rate(kind):
    rates = ours(kind)
    assert all(0.0 <= rate <= 1.0 for rate in rates)
    assert max(rates) > 0.9


def test_a_wrong_schedule_is_told_before_the_run(tmp_path):
    project = cs.template("mlp")

    def train(schedule: Component):
        training = project.training.model_copy(update={"epochs": 1, "schedule": schedule})
        cs.train(project.model_copy(update={"training": training}), tmp_path / "run")

    with pytest.raises(RunError, match="no schedule 'Magic'"):
        train(Component(kind="Magic"))
    with pytest.raises(RunError, match="Every … epochs of StepLR should be at least 1"):
        train(Component(kind="StepLR", parameters={"step_size": 0}))
    with pytest.raises(ProblemError):
        factor("StepLR", {"step_size": 0}, 0, 1, 1)
