"""The example in the guide works as it is printed."""

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnstudio.interpret.explanations import methods as home
from cnnstudio.interpret.explanations.explain import explain
from cnnstudio.interpret.explanations.methods import methods

from .networks import Functions, images, traced

GUIDE = Path(__file__).parents[2] / "docs" / "how-to-add-an-explanation-method.md"


@pytest.fixture
def method():
    """The guide's method; it is gone afterwards."""
    function, declaration = re.findall(
        r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    before = dict(methods)
    module = ModuleType("cnnstudio.interpret.explanations.hirescam")
    sys.modules[module.__name__] = module
    try:
        exec(compile(function, module.__name__, "exec"), module.__dict__)
        code = compile("from __future__ import annotations\n" + declaration, "guide", "exec")
        exec(code, dict(vars(home)))
        [kind] = set(methods) - set(before)
        yield methods[kind]
    finally:
        del sys.modules[module.__name__]
        for kind in set(methods) - set(before):
            del methods[kind]


def test_the_guides_method_is_its_formula(method):
    model = traced(Functions())
    first = model.first(images())
    values = functional.relu(first + model.second(functional.relu(first)))
    score = model.fc(values.mean((2, 3)))[:, 1]
    (gradient,) = torch.autograd.grad(score.sum(), values)
    expected = (gradient * values).sum(1).detach().numpy()

    heat = explain(model, images(), method.kind, 1, positive=False)
    np.testing.assert_allclose(heat, expected, atol=1e-5)
    heat = explain(model, images(), method.kind, 1)
    np.testing.assert_allclose(heat, expected.clip(min=0), atol=1e-5)
