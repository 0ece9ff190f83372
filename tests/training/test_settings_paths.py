"""Settings by their path, from Python and as they are typed, and what is said of wrong ones."""

import pytest

import cnnstudio as cs
from cnnstudio.graph import ProblemError, RunError
from tests.training.networks import small


def test_settings_are_changed_by_path_from_python():
    changed = cs.with_settings(
        small(), {"training.epochs": 2, "network.conv.out_channels": 16, "data.seed": 3}
    )
    assert (changed.training.epochs, changed.data.seed) == (2, 3)
    assert cs.check(changed).shapes["conv"] == [16, 8, 8]
    assert cs.with_settings(small(), ["training.epochs=2"]).training.epochs == 2


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("training.epoch=3", "no setting 'training.epoch'. Did you mean epochs?", "epochs"),
        (
            "training.schedule.step_size=1",
            "no setting 'training.schedule.step_size'",
            "training.schedule.parameters.step_size",
        ),
        (
            'training.schedule={"kind": "StepLR", "step_size": 1}',
            "'training.schedule' has no 'step_size'",
            "'parameters'",
        ),
        (
            'training.added_losses=[{"kind": "DiceLoss", "weigth": 2}]',
            "'training.added_losses.0' has no 'weigth'",
            "",
        ),
        ("training.learning_rate=NaN", "it should be a number that is not infinite", ""),
        ("network.conv.out_channels=0", "can't be 0: it should be at least 1", ""),
        ("training.epochs.more=1", "no setting 'training.epochs.more'", "one value"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(setting, message, hint):
    with pytest.raises(ProblemError) as told:
        cs.with_settings(small(), [setting])
    assert message in str(told.value) and hint in told.value.hint


def test_capitals_do_not_keep_a_name_from_being_meant(tmp_path):
    with pytest.raises(RunError, match="Did you mean AdamW"):
        cs.train(cs.with_settings(small(), {"training.optimizer.kind": "adamw"}), tmp_path / "run")
