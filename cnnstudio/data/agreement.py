"""Whether the network gives one number for each class of the data, and the edit that mends it.

No torch is needed to look.
"""

from __future__ import annotations

from cnnstudio.compiler.report import Report
from cnnstudio.data.catalogue import datasets
from cnnstudio.graph import ChangeNetwork, Edit, Fix, Problem, Project, SetParameter, problem_on
from cnnstudio.layers.heads import heads


def disagreement(
    project: Project, report: Report | None, classes: int | None = None
) -> Problem | None:
    """None if every output fits the data, or either is not known yet.

    `classes` is how many the data turned out to have; without it, what its declaration says.
    """
    if classes is None:
        dataset = datasets.get(project.data.dataset)
        classes = dataset.class_count(project.data.options) if dataset is not None else None
    if report is None or classes is None:
        return None
    for node in project.network.nodes:
        shape = report.shapes.get(node.name) if node.kind == "Output" else None
        if shape is not None and len(shape) == 1 and shape[0] != classes:
            edits = _remedy(project, classes)
            return problem_on(
                node,
                f"The network gives {shape[0]:,} numbers, but the data has {classes:,} classes.",
                "Give the last layer as many outputs as there are classes, or choose other data.",
                "warning",
                Fix(label=f"Give {classes:,} outputs", edits=edits) if edits else None,
            )
    return None


def with_data(project: Project, report: Report) -> Report:
    """The report on the main network, with what is known of it and the data."""
    found = disagreement(project, report)
    if found is None:
        return report
    return report.model_copy(update={"problems": [*report.problems, found]})


def _remedy(project: Project, classes: int) -> tuple[Edit, ...]:
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
    return tuple(edits)
