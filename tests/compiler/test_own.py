"""Layers of the user's own: read, allowed, run, told when they fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import Edge, Network, Node, ProblemError, Project, SourceFile, dumps, loads
from cnnstudio.layers.own import consent
from cnnstudio.layers.own.files import read_source

SWIRL = '''
import os
import torch
from torch import Tensor, nn

open(os.environ["MARKER"], "a").write("ran\\n")


class Swirl(nn.Module):
    """Turns its input."""

    def __init__(self, in_channels: int, width: int = 6, kernel_size: int | tuple[int, int] = 3):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, width, kernel_size, padding="same")

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) * 2


class Halves(nn.Module):
    def forward(self, x):
        low, high = x.chunk(2, 1)
        return low, high
'''


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once the planted code has run."""
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
    return tmp_path / "marker"


def chain(*layers: tuple[str, dict], text: str = SWIRL, shape=(3, 8, 8), name="mine") -> Project:
    """Input, these layers one behind the other, Output."""
    kinds = [("Input", {"shape": list(shape)}), *layers, ("Output", {})]
    nodes = tuple(
        Node(id=f"n{i}", kind=kind, name=f"node{i}", parameters=parameters)
        for i, (kind, parameters) in enumerate(kinds)
    )
    edges = tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(nodes) - 1))
    sources = (SourceFile(name=name, text=text),) if text else ()
    return Project(networks=(Network(nodes=nodes, edges=edges),), sources=sources)


def swirl(**parameters) -> Project:
    return chain(("user:mine.Swirl", parameters))


def only_problem(project: Project):
    [problem] = [p for p in cs.check(project).problems if p.severity == "error"]
    return problem


def test_nothing_runs_before_it_is_allowed_and_all_works_after(marker):
    project = swirl(width=4)
    assert loads(dumps(project)) == project
    problem = only_problem(project)
    assert (problem.node, marker.exists()) == ("node1", False)
    assert problem.message == "Swirl needs code that has not been allowed to run (mine)."
    assert "cnnstudio allow" in problem.hint
    with pytest.raises(ProblemError, match="allowed"):
        cs.build(project)
    with pytest.raises(ProblemError, match="allowed"):
        cs.code(project)
    assert not marker.exists()

    assert cs.allow(project) == ["user:mine"]
    assert not marker.exists()
    report = cs.check(project)
    assert report.ok and report.shapes["node1"] == [4, 8, 8]
    assert report.parameters == 3 * 4 * 9 + 4
    assert cs.build(project)(torch.zeros(2, 3, 8, 8)).shape == (2, 4, 8, 8)
    assert marker.read_text() == "ran\n"
    assert cs.allow(project) == []


def test_a_changed_text_needs_new_consent(marker):
    project = swirl()
    cs.allow(project)
    assert cs.check(project).ok
    changed = project.with_sources([SourceFile(name="mine", text=f"{SWIRL}\n# changed\n")])
    assert "not been allowed" in only_problem(changed).message
    consent.forget_code(consent.carried_code(project))
    assert "not been allowed" in only_problem(project).message


def test_two_files_may_have_classes_of_one_name(marker):
    other = SWIRL.replace("* 2", "* 0 + 7")
    project = chain(("user:mine.Swirl", {}), ("user:other.Swirl", {"width": 2}))
    project = project.with_sources([*project.sources, SourceFile(name="other", text=other)])
    cs.allow(project)
    model = cs.build(project)
    assert torch.equal(model(torch.randn(2, 3, 8, 8)), torch.full((2, 2, 8, 8), 7.0))
    assert type(model.node1) is not type(model.node2)


def test_several_outputs_have_ports(marker):
    project = chain(("user:mine.Halves", {}), shape=(6, 4, 4))
    nodes = (*project.network.nodes, Node(id="o2", kind="Output", name="other"))
    edges = (*project.network.edges, Edge(source="n1", target="o2", source_port=1))
    project = project.with_network(project.network.replace(nodes, edges))
    cs.allow(project)
    given = cs.build(project)(x := torch.randn(2, 6, 4, 4))
    assert torch.equal(given["node2"], x[:, :3]) and torch.equal(given["other"], x[:, 3:])


def test_the_private_module_is_in_no_search_path(marker):
    before = list(sys.path)
    project = swirl()
    cs.allow(project)
    cs.check(project)
    assert sys.path == before
    assert "mine" not in sys.modules


LAYER = "from torch import nn\nimport torch\n{head}\nclass L(nn.Module):\n" \
    "    def __init__(self):\n        super().__init__()\n        {init}\n" \
    "    def forward(self, x):\n        {forward}\n        return x\n"  # fmt: skip


@pytest.mark.parametrize(
    ("part", "code", "line", "said"),
    [
        ("head", "import not_there", 3, "No module named 'not_there'"),
        ("head", "raise SystemExit(3)", 3, "SystemExit: 3"),
        ("head", "1 / 0", 3, "ZeroDivisionError"),
        ("init", "self.a = {}['wrong']", 7, "KeyError: 'wrong'"),
        ("init", "raise SystemExit", 7, "SystemExit"),
        ("forward", "x = x @ torch.zeros(7, 7)", 9, "RuntimeError"),
        ("forward", "x = x.nothing()", 9, "no attribute 'nothing'"),
        ("forward", "self.f = lambda: self.f(); self.f()", 9, "RecursionError"),
    ],
)
def test_mistakes_are_told_with_their_line(part, code, line, said):
    text = LAYER.format(**{"head": "", "init": "pass", "forward": "pass", part: code})
    project = chain(("user:mine.L", {}), text=text)
    cs.allow(project)
    problem = only_problem(project)
    assert problem.node == "node1"
    assert f"mine.py, line {line}" in problem.message and said in problem.message
    assert code.split(";")[0] in problem.hint


def test_code_that_looks_at_values_is_checked_on_real_ones():
    text = LAYER.format(head="", init="pass", forward="x = x + 1 if x.sum().item() == 0 else x[:0]")
    project = chain(("user:mine.L", {}), text=text)
    cs.allow(project)
    assert cs.check(project).shapes["node1"] == [3, 8, 8]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("user:gone.Swirl", "the project has no file 'gone.py'"),
        ("user:mine.Gone", "mine has no layer 'Gone' any more"),
        ("user:mine", "the project has no file"),
        ("package:gone.Swirl", "is not installed"),
    ],
)
def test_what_is_missing_is_named(kind, said, marker):
    project = chain((kind, {"kept": 3}))
    problem = only_problem(project)
    assert said in problem.message
    assert not marker.exists()


def test_a_syntax_error_in_a_projects_file_is_a_problem_on_the_node():
    problem = only_problem(chain(("user:mine.Swirl", {}), text="class Swirl(nn.Module:\n"))
    assert "mine.py is not valid Python: line 1" in problem.message


def test_a_files_layers_are_added_and_renewed(tmp_path, marker):
    file = tmp_path / "my-layers.py"
    file.write_text(SWIRL)
    project = cs.add_layers(Project(), file)
    assert [(s.name, s.path) for s in project.sources] == [("my_layers", str(file))]
    file.write_text(SWIRL + "\n# more\n")
    assert cs.add_layers(project, file).sources[0].text.endswith("# more\n")
    assert not marker.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00\x01binary", "not UTF-8"),
        (b"x = 1\n" * 400_000, "too large"),
        (b"def f(:\n", "not valid Python"),
        (b"x = 1\n", "no layer that can be used"),
        (None, "can't be read"),
    ],
)
def test_files_that_cannot_be_added_say_why(content, said, tmp_path):
    file = tmp_path / "bad.py"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ProblemError, match=said):
        read_source(file)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ProblemError, match="is not a file"):
        read_source(tmp_path)


def test_a_damaged_store_allows_nothing_and_still_learns(marker):
    store = consent.store()
    store.parent.mkdir(parents=True)
    project = swirl()
    digest = project.sources[0].digest
    store.write_bytes(b'\xff{"sha256": "' + digest.encode()[:20] + b'\n[1]\n"x"\n{"sha256": 3}\n{')
    assert "not been allowed" in only_problem(project).message
    cs.allow(project)
    assert cs.check(project).ok


def test_the_printed_code_holds_the_class_and_what_it_names(marker):
    helpers = "FACTOR = 2  # as drawn\n\n\ndef scale(x):\n    return x * FACTOR\n\n\nclass Swirl"
    text = SWIRL.replace("class Swirl", helpers, 1)
    text = text.replace("self.conv(x) * 2", "scale(self.conv(x))")
    project = chain(("user:mine.Swirl", {"width": 4}), text=text)
    cs.allow(project)
    source = cs.code(project)
    assert "MARKER" not in source, "what the class does not name stays out"
    assert "FACTOR = 2  # as drawn" in source and "own:" not in source
    names: dict = {}
    exec(source, names)
    model, drawn = cs.build(project), names["Untitled"]()
    drawn.load_state_dict(model.state_dict())
    x = torch.randn(2, 3, 8, 8)
    assert torch.equal(drawn(x), model(x))
