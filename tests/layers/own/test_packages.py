"""Layers of installed packages: found by their entry point, read without being imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import cnnstudio as cs
from cnnstudio.graph import Edge, Network, Node, PackageUse, Project, dumps, save
from cnnstudio.layers.lookup import kind_of
from cnnstudio.layers.own.lookup import own_kinds, package_notes
from tests.layers.own.conftest import MODULE

KIND = "package:swirls.Scale"


def project() -> Project:
    nodes = (
        Node(id="a", kind="Input", name="image", parameters={"shape": [2, 3, 3]}),
        Node(id="b", kind=KIND, name="scale", parameters={"by": 4.0}),
        Node(id="c", kind="Output", name="out"),
    )
    edges = (Edge(source="a", target="b"), Edge(source="b", target="c"))
    return Project(networks=(Network(nodes=nodes, edges=edges),))


@pytest.fixture(autouse=True)
def forget_modules():
    yield
    for name in [name for name in sys.modules if name.startswith("swirl_layers")]:
        del sys.modules[name]


def test_a_packages_layers_are_found_without_importing_it(install):
    install()
    [kind] = own_kinds(Project())
    assert (kind.kind, kind.label, kind.category) == (KIND, "Scale", "swirl-layers")
    assert kind.parameter("by").help == "the factor"
    assert kind_of(Project(), KIND) is kind
    assert not any(name.startswith("swirl_layers") for name in sys.modules)


def test_it_runs_once_it_is_allowed(install, tmp_path, monkeypatch):
    install()
    monkeypatch.setenv("MARKER", str(tmp_path / "marker"))
    [problem] = [p for p in cs.check(project()).problems if p.severity == "error"]
    assert "not been allowed" in problem.message and not (tmp_path / "marker").exists()
    assert cs.allow(project()) == ["package:swirls"]
    model = cs.build(project())
    assert torch.equal(model(torch.ones(1, 2, 3, 3)), torch.full((1, 2, 3, 3), 4.0))
    assert (tmp_path / "marker").exists()


def test_consent_covers_every_file_of_the_package(install, tmp_path):
    site = install()
    cs.allow(project())
    (site / "swirl_layers" / "inner.py").write_text("factor = 2\n")
    install()
    (site / "swirl_layers" / "inner.py").write_text("factor = 2\n")
    assert any("not been allowed" in p.message for p in cs.check(project()).problems)


def test_the_project_notes_which_version_it_uses(install):
    install()
    [note] = package_notes(project())
    noted, _ = note.apply(project())
    use = PackageUse(name="swirls", distribution="swirl-layers", version="1.2")
    assert noted.packages == (use,)
    assert package_notes(noted) == []
    assert "Scale(" not in dumps(noted), "the package's code stays out of the project"


def test_a_package_that_is_not_installed_is_named_with_its_version():
    use = PackageUse(name="swirls", distribution="swirl-layers", version="1.2")
    found = cs.check(project().with_packages([use]))
    [problem] = [p for p in found.problems if p.node == "scale"]
    assert "swirl-layers 1.2 is not installed" in problem.message
    assert problem.hint == "Install it: pip install swirl-layers."


@pytest.mark.parametrize("value", ["swirl_layers.gone", "gone", "math", "swirl_layers.nn.deeper"])
def test_an_entry_point_that_leads_nowhere_gives_no_layers(install, value):
    install(value=value)
    assert own_kinds(Project()) == []


def test_a_broken_package_gives_no_layers(install):
    install(MODULE + "\ndef f(:\n")
    assert own_kinds(Project()) == []


def test_the_command_line_lists_shows_and_allows_it(install, tmp_path: Path):
    install()
    save(project(), tmp_path / "p.cnns")

    def run(*arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cnnstudio", *arguments], cwd=tmp_path, input=answer,
            capture_output=True, text=True, timeout=100,
        )  # fmt: skip

    listed = json.loads(run("layers", "--json").stdout)
    assert KIND in [kind["kind"] for kind in listed]
    refused = run("allow", "p.cnns", answer="n\n")
    assert refused.returncode == 1
    assert "Multiplies its input." in refused.stdout and "factor = 1" in refused.stdout
    assert run("check", "p.cnns").returncode == 1
    assert run("allow", "p.cnns", answer="y\n").returncode == 0
    assert run("check", "p.cnns").returncode == 0
