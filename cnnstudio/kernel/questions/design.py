"""Questions about the network that is being edited."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from cnnstudio.compiler.build import build
from cnnstudio.compiler.check import check as check_project
from cnnstudio.compiler.code import code as code_of
from cnnstudio.compiler.compare import Comparison
from cnnstudio.compiler.compare import compare as compare_networks
from cnnstudio.compiler.report import Report
from cnnstudio.data.agreement import with_data
from cnnstudio.graph import Edge, Network, Node, Project
from cnnstudio.kernel.arguments import project_from

CURVE_REACH = 6.0
CURVE_POINTS = 241


def check(project: dict[str, Any], block: str | None = None) -> Report:
    """Shapes, problems and cost of the main network, or of a block by itself."""
    checked = project_from(project)
    report = check_project(checked, block)
    return report if block else with_data(checked, report)


def code(project: dict[str, Any]) -> str:
    """A complete Python file that defines the same network with plain torch."""
    return code_of(project_from(project))


def compare(first: dict[str, Any], second: dict[str, Any]) -> Comparison:
    """The main networks of two projects side by side."""
    one, two = (
        (project.network, check_project(project))
        for project in (project_from(first), project_from(second))
    )
    return compare_networks(one, two)


def curve(kind: str, parameters: dict[str, Any] | None = None) -> dict[str, np.ndarray]:
    """An activation function over -6…6: {"x", "y"}, float32 arrays of one length."""
    nodes = (
        Node(id="x", kind="Input", name="x", parameters={"shape": [CURVE_POINTS]}),
        Node(id="f", kind=kind, name="f", parameters=parameters or {}),
        Node(id="y", kind="Output", name="y"),
    )
    edges = (Edge(source="x", target="f"), Edge(source="f", target="y"))
    model = build(Project(networks=(Network(nodes=nodes, edges=edges),))).eval()
    x = torch.linspace(-CURVE_REACH, CURVE_REACH, CURVE_POINTS)
    with torch.inference_mode():
        y = model(x.clone()[None])[0]
    return {"x": x.numpy(), "y": y.numpy()}
