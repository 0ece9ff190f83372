"""The example in the guide works as it is printed."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from cnnstudio.interpret.explain import explain
from cnnstudio.interpret.methods import Method, methods

from .networks import Functions, images, traced

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-an-explanation-method.md"


@pytest.fixture
def method(monkeypatch):
    """The guide's method; it is gone afterwards."""
    function, declaration = re.findall(
        r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    module = ModuleType("cnnstudio.interpret.input_x_gradient")
    exec(compile(function, module.__name__, "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    declared = eval(declaration, {"Method": Method})
    assert declared.kind not in methods
    monkeypatch.setitem(methods, declared.kind, declared)
    return declared


def test_the_guides_method_is_its_formula(method):
    model, batch = traced(Functions()), images().requires_grad_()
    (gradient,) = torch.autograd.grad(model(batch)[:, 1].sum(), batch)
    expected = (batch * gradient).abs().sum(1).detach().numpy()

    np.testing.assert_allclose(explain(model, images(), method.kind, 1), expected, atol=1e-5)
