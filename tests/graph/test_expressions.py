"""Expressions are arithmetic over names, and nothing else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.graph import ProblemError
from cnnstudio.graph.expressions import evaluate, names_in, resolve, substitute


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=channels * 4", 256),
        ("= 7 // 2 + 7 % 4", 6),
        ("=max(1, round(channels / 6))", 11),
        ("=stride == 1 and in_channels != channels", True),
        ("=0.2 * index / (total - 1) if total > 1 else 0.0", 0.1),
        ("=-channels", -64),
        ("=not stride", False),
        ("='same' if stride == 1 else 'valid'", "same"),
        ("=2 ** 10", 1024),
    ],
)
def test_it_comes_to_what_python_says(text, value):
    names = {"channels": 64, "stride": 1, "in_channels": 3, "index": 1, "total": 3}
    assert evaluate(text, names) == value
    assert type(evaluate(text, names)) is type(value)


@given(st.recursive(
    st.sampled_from(["1", "2.5", "n", "(n + 1)"]),
    lambda part: st.builds(
        lambda a, op, b: f"({a} {op} {b})", part, st.sampled_from("+ - * / // % < ==".split()), part
    ),
    max_leaves=12,
), st.integers(-5, 9))  # fmt: skip
def test_random_arithmetic_agrees_with_python_or_is_refused(text, n):
    try:
        found = evaluate(f"={text}", {"n": n})
    except ProblemError:
        with contextlib.suppress(ArithmeticError, TypeError, ValueError):
            assert abs(eval(text, {"n": n})) >= 2**63  # the only other reason to refuse
        return
    assert found == eval(text, {"n": n})


@given(st.text(max_size=60))
def test_random_text_is_worked_out_or_refused_with_a_message(text):
    try:
        evaluate("=" + text, {"n": 1})
    except ProblemError as error:
        assert error.message


@pytest.mark.parametrize(
    "text",
    [
        "=__import__('os')", "=n.real", "=[1, 2][0]", "=(lambda: 1)()", "=open('x')", "=f'{n}'",
        "=max(n, key=n)", "=10 ** 10 ** 10", "=9 ** 999", "='a' * 10 ** 9", "=" + "1+" * 300 + "1",
        "=x", "=n[0]", "={1: 2}", "=(n := 3)", "=n if n",
    ],
)  # fmt: skip
def test_anything_more_is_refused(text):
    with pytest.raises(ProblemError):
        evaluate(text, {"n": 1})


def test_lists_are_worked_out_item_by_item_and_other_values_stay():
    assert resolve(["=n", 2, ["=n + 1"]], {"n": 1}) == [1, 2, [2]]
    assert resolve("same", {"n": 1}) == "same"
    assert names_in("=max(n, width) * 2") == {"n", "width"}


def test_names_are_replaced_by_values_and_by_other_expressions():
    assert substitute("=channels * 4", {"channels": 64}) == 256
    assert substitute("=channels * 4", {"channels": "=width + 1"}) == "=(width + 1) * 4"
    assert substitute("=min(a, b)", {"a": "=b", "b": "=a"}) == "=min(b, a)"
    assert substitute(["=s", 2], {"s": 3}) == [3, 2]
    assert substitute("=a - b", {"a": 1, "b": -2}) == 3
    assert substitute("=kernel", {"kernel": [3, 3]}) == [3, 3]
    assert substitute("= a\n + b", {"a": 1}) == "=1  + b"
    assert substitute("plain", {"plain": 1}) == "plain"
    with pytest.raises(ProblemError):
        substitute("=a +", {"a": 1})
