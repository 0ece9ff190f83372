"""Code is shown as it runs: nothing in it hides."""

import pytest

from cnnstudio.layers.own.code import for_eyes, lines_of
from cnnstudio.layers.own.files import module_name


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\x1b[2Kb", "a<U+001B>[2Kb"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("a\x08b", "a<U+0008>b"),
        ("a\rb", "a\nb"),
        ("é\t中\n", "é\t中\n"),
    ],
)
def test_what_would_be_hidden_is_made_visible(hidden, shown):
    assert for_eyes(hidden) == shown


def test_lines_are_counted_as_python_counts_them():
    assert lines_of("a\r\nb\rc\x0c\u2028d\ne") == ["a", "b", "c\x0c\u2028d", "e"]


@pytest.mark.parametrize(
    ("stem", "name"),
    [("my-layers (2)", "my_layers_2"), ("3d", "layers_3d"), ("class", "layers_class"),
     ("层", "layers"), ("a.b", "a_b")],
)  # fmt: skip
def test_every_file_has_a_modules_name(stem, name):
    assert module_name(stem) == name
