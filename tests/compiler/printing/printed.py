"""What a printed file has to hold, checked on any project."""

import subprocess
import sys

import torch

import cnnstudio as cs
from cnnstudio.graph import Project


def defined_by(source: str, name: str | None = None) -> torch.nn.Module:
    """An object of the last class in a printed file."""
    space = {"__name__": "printed"}
    exec(compile(source, "printed.py", "exec"), space)  # our own print, from our own test
    classes = [v for v in space.values() if isinstance(v, type) and v.__module__ == "printed"]
    return classes[-1]()


def ruff(source: str, *arguments: str) -> str:
    """What ruff complains of; "" for nothing."""
    command = [sys.executable, "-m", "ruff", *arguments, "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def assert_formatted(source: str) -> None:
    assert not ruff(source, "format", "--isolated", "--line-length=100", "--diff")
    assert not ruff(source, "check", "--isolated", "--select=F,E7,E9,I")


def inputs_of(project: Project) -> list[torch.Tensor]:
    nodes = [node for node in project.network.nodes if node.kind == "Input"]
    shapes = [node.parameters.get("shape", [3, 64, 64]) for node in nodes]
    return [torch.rand(2, *shape) for shape in shapes]


def assert_same_as_built(project: Project) -> str:
    """The printed class has the built model's weights, order, outputs. Gives the source."""
    model = cs.build(project).eval()
    source = cs.code(project)
    assert "cnnstudio" not in source
    printed = defined_by(source).eval()
    keys = [name for name, _ in model.named_parameters()]
    assert [name for name, _ in printed.named_parameters()] == keys
    printed.load_state_dict(model.state_dict(), strict=True)
    model.load_state_dict(printed.state_dict(), strict=True)
    images = inputs_of(project)
    with torch.no_grad():
        ours, theirs = model(*images), printed(*images)
    if isinstance(ours, torch.Tensor):
        ours, theirs = {"out": ours}, {"out": theirs}
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    return source
