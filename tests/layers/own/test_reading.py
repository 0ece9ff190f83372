"""Layers read from Python text. Nothing of it runs: the texts would raise if they did."""

from __future__ import annotations

import pytest

from cnnstudio.graph import SourceFile
from cnnstudio.layers.own.code import OwnCode, of_source

HEAD = "import torch\nfrom torch import nn, Tensor\nraise SystemExit('this ran')\n"


def code(text: str, head: str = HEAD) -> OwnCode:
    return of_source(SourceFile(name="mine", text=head + text))


def only(text: str, head: str = HEAD):
    read = code(text, head)
    assert not read.reading.error
    [kind] = read.reading.layers
    return kind


def layer(init: str = "self", forward: str = "self, x", returned: str = "return x", doc="", to=""):
    """A class with this signature."""
    return (
        f"class Swirl(nn.Module):\n    '''{doc}'''\n"
        f"    def __init__({init}):\n        super().__init__()\n"
        f"    def forward({forward}){to}:\n        {returned}\n"
    )


def parameter(init: str, name: str = "a"):
    return only(layer(f"self, {init}")).parameter(name)


def why_left_out(text: str) -> str:
    read = code(text)
    assert not read.reading.layers
    [note] = read.notes
    assert note.left_out and note.name == "Swirl" and note.line == 4
    return note.message


@pytest.mark.parametrize(
    ("annotation", "type", "rank", "default"),
    [
        ("a: int = 3", "int", 0, 3),
        ("a: float = 1", "float", 0, 1.0),
        ("a: bool = True", "bool", 0, True),
        ("a: str = 'same'", "text", 0, "same"),
        ("a: Literal['max', 'avg'] = 'avg'", "choice", 0, "avg"),
        ("a: Literal['max', 'avg']", "choice", 0, "max"),
        ("a: tuple[int, int] = (3, 5)", "size", 2, (3, 5)),
        ("a: typing.Tuple[int, int, int] = (1, 2, 3)", "size", 3, (1, 2, 3)),
        ("a: int | tuple[int, int] = 3", "size", 2, (3, 3)),
        ("a: Union[int, Tuple[int, int]] = 3", "size", 2, (3, 3)),
        ("a: tuple[int, ...] = (1, 2)", "ints", 0, (1, 2)),
        ("a: list[int] = [4]", "ints", 0, (4,)),
        ("a: 'int | float' = 2", "float", 0, 2.0),
        ("a=0.5", "float", 0, 0.5),
        ("a=False", "bool", 0, False),
        ("a=(1, 2)", "ints", 0, (1, 2)),
        ("a=-1", "int", 0, -1),
        ("a: int", "int", 0, 1),
        ("*, a: int = 3", "int", 0, 3),
        ("a=WIDTH", "int", 0, 32),
    ],
)
def test_annotations_and_defaults_become_parameters(annotation, type, rank, default):
    text = "WIDTH = 32\n" + layer(f"self, {annotation}")
    found = only(text).parameter("a")
    assert (found.type, found.rank, found.default) == (type, rank, default)
    assert found.validate(default) == default


@pytest.mark.parametrize(
    ("annotation", "type"),
    [
        ("a: int | None = None", "int"),
        ("a: Optional[float] = None", "float"),
        ("a: Optional[Tuple[int, int]] = None", "size"),
    ],
)
def test_none_makes_a_parameter_optional(annotation, type):
    found = parameter(annotation)
    assert (found.type, found.default, found.optional) == (type, None, True)


@pytest.mark.parametrize(
    ("name", "shape", "value"),
    [
        ("in_channels", (8, 4, 4), 8),
        ("num_features", (8, 4, 4), 8),
        ("channels", (8, 4), 8),
        ("in_features", (8, 16), 16),
        ("dim", (8, 4, 4), 8),
        ("embed_dim", (10, 64), 64),
        ("d_model", (64,), 64),
    ],
)
def test_what_follows_from_the_wire_is_not_asked_for(name, shape, value):
    kind = only(layer(f"self, {name}: int, other: int = 2"))
    assert [p.name for p in kind.parameters] == ["other"]
    assert kind.arguments({}, [shape]) == {name: value, "other": 2}


def test_with_a_default_it_is_asked_for():
    assert parameter("dim: int = 8", "dim").default == 8


@pytest.mark.parametrize(
    "doc",
    [
        "Turns.\n\n    Args:\n        a (int): how far\n            it turns.\n"
        "        b: other\n    ",
        "Turns.\n\n    Parameters\n    ----------\n    a : int\n        how far\n"
        "        it turns.\n    b : int\n        other\n"
        "\n    Returns\n    -------\n    Tensor\n    ",
        "Turns.\n\n    :param a: how far it turns.\n    :param int b: other\n    :return: x\n    ",
    ],
)
def test_help_comes_from_the_docstring(doc):
    kind = only(layer("self, a: int = 1, b: int = 2", doc=doc))
    assert kind.doc == "Turns."
    assert kind.parameter("a").help == "how far it turns."
    assert kind.parameter("b").help == "other"


def test_the_docstring_of_init_counts_too():
    text = layer("self, a: int = 1").replace(
        "        super()", "        '''Args:\n            a: how far\n        '''\n        super()"
    )
    assert only(text).parameter("a").help == "how far"


@pytest.mark.parametrize(
    ("returned", "annotation", "outputs"),
    [
        ("return x", "", ("output",)),
        ("return x, x + 1", "", ("output 1", "output 2")),
        ("return low, high_part", "", ("low", "high part")),
        ("return low, high", " -> tuple[Tensor, Tensor]", ("low", "high")),
        ("return self.split(x)", " -> tuple[Tensor, Tensor]", ("output 1", "output 2")),
        ("return Pair(x, x)", " -> Pair", ("left", "right")),
        ("return self.f(x)", " -> 'Tensor'", ("output",)),
        ("return (lambda: (1, 2))(), x", "", ("output 1", "output 2")),
    ],
)
def test_outputs_come_from_return_statements_and_annotations(returned, annotation, outputs):
    pair = "class Pair(typing.NamedTuple):\n    left: Tensor\n    right: Tensor\n"
    assert only(pair + layer(returned=returned, to=annotation)).outputs == outputs


def test_inputs_come_from_forward():
    assert only(layer(forward="self, query, key: Tensor, mask=None")).inputs == ("query", "key")
    assert only(layer(forward="self, *parts")).variadic


@pytest.mark.parametrize(
    "bases",
    [
        ("from torch import nn", "nn.Module"),
        ("import torch", "torch.nn.Module"),
        ("import torch.nn as N", "N.Module"),
        ("from torch.nn import Module as M", "M"),
        ("from torch.nn import *", "Module"),
        ("import torch.nn", "torch.nn.Module"),
        ("from torch import nn", "nn.Sequential"),
        ("try:\n    from torch import nn\nexcept ImportError:\n    raise", "nn.Module"),
    ],
)
def test_modules_are_known_by_their_bases(bases):
    head, base = bases
    assert only(layer().replace("nn.Module", base), head=f"{head}\n").label == "Swirl"


def test_a_class_inherits_from_another_of_the_file():
    base = layer("self, a: int = 3").replace("Swirl", "_Base")
    kind = only(base + "class Swirl(_Base):\n    '''Turns twice.'''\n")
    assert (kind.kind, kind.doc) == ("user:mine.Swirl", "Turns twice.")
    assert kind.parameter("a").default == 3


def test_other_classes_and_helpers_are_no_layers():
    helpers = (
        "class Point:\n    pass\nclass _Part(nn.Module):\n    def forward(self, x): return x\n"
    )
    assert only(helpers + layer()).label == "Swirl"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (layer("self, norm: type[nn.Module]"), "'norm', of type type[nn.Module]"),
        (layer("self, thing"), "'thing', without a type"),
        (layer("self, a: int, /"), "by its place only"),
        (layer(forward="self"), "takes no tensor"),
        (layer(forward="self, xs: list[Tensor]"), "'xs' as list[Tensor]"),
        (layer(forward="self, x, n: int"), "'n' as int"),
        (layer(forward="self, x, *, y"), "'y' by name only"),
        (layer(returned="return {'a': x}"), "returns {'a': x}"),
        (layer(returned="return x", to=" -> tuple[Tensor, ...]"), "tuple of any length"),
        (layer(returned="if x: return x\n        return x, x"), "returns 1 or 2 values"),
        (layer(returned="pass"), "returns nothing"),
        ("class Swirl(nn.Module):\n    pass\n", "has no forward"),
        ("class Swirl(nn.Conv2d):\n    pass\n", "__init__ is that of torch.nn.Conv2d"),
        (layer().replace("nn.Module", "timm.Layer"), "derives from timm.Layer"),
    ],
)
def test_what_cannot_be_understood_is_told(text, said):
    assert said in why_left_out(text)


def test_what_is_left_to_its_default_is_told():
    read = code(layer("self, *args, act=nn.ReLU, a: int = 2, **more", forward="self, x, mask=None"))
    [kind] = read.reading.layers
    assert [p.name for p in kind.parameters] == ["a"]
    said = " ".join(note.message for note in read.notes)
    assert "*args is left empty" in said and "**more is left empty" in said
    assert "act keeps its default, nn.ReLU" in said and "'mask' of forward" in said
    assert not any(note.left_out for note in read.notes)


@pytest.mark.parametrize(
    "text",
    [
        "def f(:\n",
        "x = '\0'\n",
        "(" * 3000,
        "x = " + "-" * 200_000 + "1",
        "x = " + "9" * 10_000,
        "not python at all, but prose",
    ],
)
def test_a_text_that_is_not_python_says_so(text):
    read = code(text, head="")
    assert "mine.py is not valid Python" in read.reading.error
    assert read.reading.layers == ()


def test_a_file_without_layers_says_so():
    read = code("x = 1\n")
    assert "no class here derives from torch.nn.Module" in str(read.notes[0])


def test_a_long_chain_neither_crashes_nor_hangs():
    code(layer(returned="return x" + " + x" * 20_000))
