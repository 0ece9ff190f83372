"""The examples in the guide work as they are printed."""

import re
from pathlib import Path

import pytest

import cnnstudio as cs
from cnnstudio.layers.declaration import parameter
from cnnstudio.training.declared import declare
from cnnstudio.training.losses import losses
from cnnstudio.training.optimizers import OPTIM, optimizers

NAMES = {"declare": declare, "parameter": parameter, "OPTIM": OPTIM, "losses": losses,
         "optimizers": optimizers}  # fmt: skip
GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-a-loss.md"


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """What the guide declares; it is gone afterwards."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for catalogue, kind in ((optimizers, "ASGD"), (losses, "SquaredHingeLoss")):
        assert kind not in catalogue
        monkeypatch.setitem(catalogue, kind, None)
    for block in blocks:
        declaration = "from __future__ import annotations\n" + block
        exec(compile(declaration, str(GUIDE), "exec"), NAMES.copy())


@pytest.mark.parametrize(
    ("setting", "kind", "parameters", "rate"),
    [
        ("optimizer", "ASGD", {"alpha": 0.9}, 0.05),
        ("loss", "SquaredHingeLoss", {"margin": 2.0}, 0.001),
    ],
)
def test_a_run_learns_with_it(setting, kind, parameters, rate, tmp_path):
    project = cs.template("mlp")
    settings = getattr(project.training, setting)
    chosen = settings.model_copy(update={"kind": kind, "parameters": parameters})
    changed = {"epochs": 2, "learning_rate": rate, setting: chosen}
    training = project.training.model_copy(update=changed)
    run = cs.train(project.model_copy(update={"training": training}), tmp_path / "run")

    assert run.metrics[-1]["val_accuracy"] > 0.5
