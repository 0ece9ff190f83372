"""Whether the network gives one number for each class of the data, and the edit that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.compiler.report import Report
from cnnstudio.graph import ChangeNetwork, Edit, Group, Project, SetParameter
from cnnstudio.layers.heads import heads


@dataclass(frozen=True)
class Mismatch:
    """`remedy` is None where no layer's width decides what the network gives."""

    text: str
    remedy: Edit | None


def mismatch(project: Project, report: Report | None, classes: int) -> Mismatch | None:
    """None if every output fits, or is not known yet."""
    outputs = [node.name for node in project.network.nodes if node.kind == "Output"]
    if report is None:
        return None
    shapes = [report.shapes[name] for name in outputs if name in report.shapes]
    wrong = [shape[0] for shape in shapes if len(shape) == 1 and shape[0] != classes]
    if not wrong:
        return None
    text = f"The network gives {wrong[0]} numbers, but the data has {classes} classes."
    return Mismatch(text, _remedy(project, classes))


def _remedy(project: Project, classes: int) -> Edit | None:
    """Sets the width of every head, inside of blocks too."""
    edits: list[Edit] = []
    for head in heads(project):
        if head.node is not None:
            edits.append(
                SetParameter(
                    network=head.network, node_id=head.node, name=head.parameter, value=classes
                )
            )
        else:
            network = head.set(project, classes).network_named(head.network)
            edits.append(
                ChangeNetwork(
                    name=network.name, parameters=network.parameters,
                    description=network.description,
                )
            )  # fmt: skip
    if len(edits) < 2:
        return edits[0] if edits else None
    return Group(text=f"Give {classes} numbers", edits=tuple(edits))
