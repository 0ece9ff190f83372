"""The example in the guide works as it is printed."""

import re
from pathlib import Path

import pytest

from cnnstudio.layers import catalogue, normalisation
from cnnstudio.layers.kind import registered
from tests.layers import test_catalogue as walk

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-a-layer.md"


@pytest.fixture
def kind(monkeypatch):
    """The guide's layer; it is gone afterwards."""
    [block] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert "RMSNorm" not in catalogue
    monkeypatch.setitem(registered, "RMSNorm", None)
    declaration = "from __future__ import annotations\n" + block
    exec(compile(declaration, str(GUIDE), "exec"), dict(vars(normalisation)))
    return catalogue["RMSNorm"]


def test_the_guides_layer_passes_the_walk_through_the_catalogue(kind):
    for rank in kind.ranks:
        walk.test_it_runs_forward_and_backward_on_each_rank_it_claims(kind.kind, rank)
        walk.test_its_printed_code_evaluates_to_the_same_module(kind.kind, rank)
    walk.test_its_parameters_survive_a_file_round_trip(kind.kind)
    walk.test_its_help_is_complete(kind)
