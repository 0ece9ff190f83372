"""Whether the network gives one number for each class of the data, and the edit that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.compiler.report import Report
from cnnstudio.graph import Network, Project, SetParameter

# Kinds that pass on as many numbers as they get.
TRANSPARENT = ("Flatten", "Softmax", "LogSoftmax", "Dropout", "Identity", "Sigmoid")
WIDTHS = {"Linear": "out_features", "LazyLinear": "out_features"}


@dataclass(frozen=True)
class Mismatch:
    """`remedy` is None where it takes more than one number to mend it."""

    text: str
    remedy: SetParameter | None


def mismatch(project: Project, report: Report | None, classes: int) -> Mismatch | None:
    """None if the first output fits, or is not known yet."""
    outputs = [node for node in project.network.nodes if node.kind == "Output"]
    if report is None or not outputs:
        return None
    shape = report.shapes.get(outputs[0].name)
    if not shape or len(shape) != 1 or shape[0] == classes:
        return None
    text = f"The network gives {shape[0]} numbers, but the data has {classes} classes."
    return Mismatch(text, _remedy(project.network, outputs[0].id, classes))


def _remedy(network: Network, output: str, classes: int) -> SetParameter | None:
    id = output
    for _ in network.nodes:
        incoming = network.incoming(id)
        if len(incoming) != 1 or incoming[0].source not in network.by_id:
            return None
        node = network.node(incoming[0].source)
        if node.kind in WIDTHS:
            return SetParameter(
                network=network.name, node_id=node.id, name=WIDTHS[node.kind], value=classes
            )
        if node.kind not in TRANSPARENT:
            return None
        id = node.id
    return None
