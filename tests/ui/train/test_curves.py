from __future__ import annotations

import math

import numpy as np

from cnnstudio.ui.train.curves import Curves
from tests.ui.train.conftest import epoch, history, start, step


def test_steps_and_epochs_become_columns():
    curves = Curves(history(3))

    assert curves.steps["step"].tolist() == [float(n) for n in range(1, 31)]
    assert curves.steps["loss"].tolist() == [step(n)["loss"] for n in range(1, 31)]
    assert curves.epochs["val_loss"].tolist() == [2.2, 1.1, 2.2 / 3]
    np.testing.assert_allclose(curves.steps["epoch"][[4, 9, 24]], [0.5, 1.0, 2.5])


def test_they_grow_beyond_their_first_room_and_older_views_stay():
    curves = Curves([start(100)])
    before = curves.steps["loss"]
    for number in range(1, 1001):
        curves.take([step(number)])

    assert len(before) == 0
    assert curves.steps["loss"].tolist() == [step(n)["loss"] for n in range(1, 1001)]


def test_a_number_that_is_missing_is_not_a_number():
    curves = Curves([start(1), {**step(1), "loss": None}, step(2)])

    assert math.isnan(curves.steps["loss"][0])
    assert math.isfinite(curves.steps["loss"][1])


def test_the_best_epoch_has_the_highest_accuracy_then_the_lowest_loss():
    events = [start(4), epoch(1, 0.5), epoch(2, 0.9), epoch(3, 0.9), epoch(4, 0.8)]

    assert Curves(events).best == 2


def test_without_validation_no_epoch_is_the_best():
    told = {name: value for name, value in epoch(1).items() if not name.startswith("val")}

    assert Curves([start(1), told]).best is None


def test_the_best_epoch_is_marked_by_the_metric_that_the_run_chose_it_by():
    epochs = [epoch(1, 0.9) | {"val_f1": 0.5}, epoch(2, 0.8) | {"val_f1": 0.7}]
    assert Curves([start(2), *epochs]).best == 0
    assert Curves([start(2) | {"best_metric": "val_f1"}, *epochs]).best == 1
