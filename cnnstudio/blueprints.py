"""Networks to start from: complete projects that train at once on a built-in dataset."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

from cnnstudio.graph import Edge, Network, Node, ProblemError, Project, loads
from cnnstudio.layers import catalogue

# The built-in dataset that fits a number of channels, so that every template trains offline.
DATASET_FOR_CHANNELS = {1: "digits", 3: "shapes"}
SHAPES = 10  # so many kinds of shapes can be drawn
WIDTH_PARAMETERS = ("out_features", "out_channels")

# The sample that the gallery and `demo` open.
SAMPLE = "shapes_small"


def templates() -> dict[str, str]:
    """Every template's name with one line on it, simplest first."""
    projects = {path.name.removesuffix(".cnns"): _read(path) for path in _files()}
    ordered = sorted(projects, key=lambda name: (len(projects[name].network.nodes), name))
    return {name: projects[name].description.split("\n")[0] for name in ordered}


def template(
    name: str, input_shape: tuple[int, ...] | None = None, classes: int | None = None
) -> Project:
    """A new project from a template.

    `input_shape` is (channels, height, width) and `classes` the width of the last layer; both
    keep the template's own values if left out. Raises ProblemError for an unknown name.
    """
    for path in _files():
        if path.name == f"{name}.cnns":
            return adapt(_read(path), input_shape, classes)
    raise ProblemError(
        f"There is no template '{name}'.", hint=f"Choose one of: {', '.join(templates())}."
    )


def adapt(project: Project, input_shape: tuple[int, ...] | None, classes: int | None) -> Project:
    """The project with another input shape and another number of classes."""
    network = project.network
    if input_shape is not None:
        if any(size < 1 for size in input_shape):
            raise ProblemError(f"The input shape {input_shape} has a size below 1.")
        for node in network.nodes:
            if node.kind == "Input":
                network = _set_parameter(network, node, "shape", list(input_shape))
        dataset = DATASET_FOR_CHANNELS.get(input_shape[0], project.data.dataset)
        if dataset != project.data.dataset:
            data = project.data.model_copy(update={"dataset": dataset, "options": {}})
            project = project.model_copy(update={"data": data})
    if classes is not None:
        if classes < 2:
            raise ProblemError(f"A classifier needs at least 2 classes, not {classes}.")
        if project.data.dataset == "shapes" and classes <= SHAPES:
            data = project.data.model_copy(update={"options": {"classes": classes}})
            project = project.model_copy(update={"data": data})
        for node in network.nodes:
            if node.kind == "Output" and (head := _head(network, node.id)) is not None:
                network = _set_parameter(network, *head, classes)
    return project.with_network(network)


def _files() -> list[Traversable]:
    folder = resources.files("cnnstudio") / "resources" / "templates"
    return sorted(
        (path for path in folder.iterdir() if path.name.endswith(".cnns")),
        key=lambda path: path.name,
    )


def _read(path: Traversable) -> Project:
    return loads(path.read_text(encoding="utf-8"), where=path.name)


def _set_parameter(network: Network, node: Node, name: str, value: object) -> Network:
    changed = node.model_copy(update={"parameters": {**node.parameters, name: value}})
    return network.replace(nodes=(changed if n.id == node.id else n for n in network.nodes))


def _head(network: Network, id: str) -> tuple[Node, str] | None:
    """The last layer before this node that decides how many values come out, and by what name."""
    wires: list[Edge] = network.incoming(id)
    while wires:
        node = network.node(wires[0].source)
        parameters = {p.name for p in catalogue[node.kind].parameters}
        for name in WIDTH_PARAMETERS:
            if name in parameters:
                return node, name
        wires = network.incoming(node.id)
    return None
