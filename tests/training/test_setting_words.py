"""Settings in words."""

from cnnstudio.graph import TrainingSettings, WeightedLoss
from cnnstudio.training.setting_words import objective_text, setting_text


def test_the_loss_of_a_run_is_told_with_all_that_is_added_up():
    alone = TrainingSettings()
    divergence = WeightedLoss(kind="KLDivLoss", weight=0.5)
    left_out = WeightedLoss(kind="MSELoss", weight=0.0)
    several = TrainingSettings(
        added_losses=(divergence, left_out),
        output_losses={"early": WeightedLoss(kind="FocalLoss", weight=0.3)},
    )

    assert objective_text(alone) == "Cross-entropy"
    assert objective_text(several) == "Cross-entropy + 0.5 · KL divergence; early: 0.3 · Focal"


def test_no_setting_is_told_as_a_program_writes_it():
    rotation = {"kind": "RandomRotation", "parameters": {"degrees": 10.0}}
    flip = {"kind": "RandomHorizontalFlip", "parameters": {}}

    assert setting_text("data.augmentation", [rotation, flip]) == (
        "RandomRotation (degrees 10), RandomHorizontalFlip"
    )
    assert setting_text("data.left_out", ("3", "5")) == "2 left out"
    assert setting_text("data.relabelled", {}) == "none relabelled"
    assert setting_text("data.relabelled", None) == ""
    assert setting_text("training.output_losses", {}) == ""
