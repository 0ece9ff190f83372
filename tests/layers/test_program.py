"""Operators of torch as a layer: what they may call, and what they may not."""

import json

import pytest
import torch

from cnnstudio.compiler.read_back import read_back
from cnnstudio.modules.program import TorchProgram


def program(*calls, weights=None, results=None):
    last = {"value": len(calls)}
    return json.dumps({"calls": calls, "weights": weights or {}, "results": results or [last]})


def test_it_computes_what_the_list_says():
    text = program(
        ["mul.Tensor", [{"value": 0}, {"weight": "scale"}], {}],
        ["reshape.default", [{"value": 1}, [{"batch": 1}, -1]], {}],
        weights={"scale": {"shape": [3, 1], "dtype": "float32", "learned": True}},
    )
    module = TorchProgram(text)
    module.load_state_dict({"scale": torch.tensor([[1.0], [2.0], [3.0]])})
    images = torch.ones(5, 3, 2)
    assert torch.equal(module(images)[0], torch.tensor([1.0, 1, 2, 2, 3, 3]).expand(5, 6))
    assert [name for name, _ in module.named_parameters()] == ["scale"]
    kind, parameters = read_back(module)
    assert kind.kind == "TorchProgram"
    assert parameters == {"program": text}


def test_what_it_changes_in_place_stays_as_it_was_for_others():
    module = TorchProgram(program(["relu_.default", [{"value": 0}], {}]))
    images = torch.full((2, 3), -1.0)
    assert module(images)[0].sum() == 0
    assert images.sum() == -6


@pytest.mark.parametrize(
    "name",
    ["from_file.default", "set_.source_Storage", "resize_.default", "_print.default",
     "_assert_async.msg", "no_such_operator.default", "__class__.default", "save.default",
     "../x.default", "record_stream.default"],
)  # fmt: skip
def test_it_calls_nothing_but_operators_on_tensors(name):
    with pytest.raises(ValueError, match=r"may not be called|has no operator"):
        TorchProgram(program([name, [{"value": 0}], {}]))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"calls": 3}', '{"calls": [["relu"]]}',
                                  "[" * 5000])  # fmt: skip
def test_a_damaged_list_is_a_clear_error(text):
    with pytest.raises(ValueError):
        TorchProgram(text)


def test_no_operator_with_a_text_for_a_file_can_be_named():
    """Walks all of torch's operators: none that takes a text of unknown meaning is allowed."""
    for full in torch._C._dispatch_get_all_op_names():
        if not full.startswith("aten::"):
            continue
        name = full.removeprefix("aten::")
        try:
            found = TorchProgram._operator(name if "." in name else f"{name}.default")
        except (ValueError, RuntimeError):
            continue
        texts = [a.name for a in found._schema.arguments if "str" in str(a.type)]
        assert set(texts) <= set(TorchProgram.TEXTS), full
        assert not any(word in full for word in ("file", "save", "load")), full
