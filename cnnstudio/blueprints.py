"""Networks to start from: complete projects, each with a built-in dataset that fits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from cnnstudio.data.catalogue import datasets
from cnnstudio.graph import Network, Node, ProblemError, Project, loads
from cnnstudio.layers.heads import heads

# The built-in dataset that fits a number of channels, so that every template trains offline.
DATASET_FOR_CHANNELS = {1: "digits", 3: "shapes"}
SHAPES = 10  # so many kinds of shapes can be drawn
DIGITS = 10

# The sample that the gallery and `demo` open.
SAMPLE = "shapes_small"

# The parameter of a transformer's main network that divides the image's height and width.
PATCH_SIZE = "patch_size"
FEWEST_PATCHES, MOST_PATCHES = 7, 32  # along a side


@dataclass(frozen=True)
class Blueprint:
    """What lists show of a template. `parameters` and `macs` (multiply-adds) are its own, as it is.

    `small` says how it fits itself to small images: below so many pixels, this parameter of the
    main network gets this value.
    """

    name: str
    title: str
    family: str
    year: int
    line: str
    paper: str
    parameters: int
    macs: int
    small: tuple[tuple[int, str, int], ...] = ()


def blueprints() -> list[Blueprint]:
    """All templates, simple and old ones first, families together."""
    files = {path.name.removesuffix(".cnns"): path for path in _files()}
    listed = [blueprint for blueprint in _index() if blueprint.name in files]
    others = files.keys() - {blueprint.name for blueprint in listed}
    return listed + [_unlisted(name, _read(files[name])) for name in sorted(others)]


def templates() -> dict[str, str]:
    """Every template's name with one line on it, simplest first."""
    return {blueprint.name: blueprint.line for blueprint in blueprints()}


def template(
    name: str, input_shape: tuple[int, ...] | None = None, classes: int | None = None
) -> Project:
    """A new project from a template.

    `input_shape` is (channels, height, width) and `classes` the number of classes of each head;
    both keep the template's own values if left out. Raises ProblemError for an unknown name.
    """
    rules = {blueprint.name: blueprint.small for blueprint in _index()}
    for path in _files():
        if path.name == f"{name}.cnns":
            return adapt(_read(path), input_shape, classes, rules.get(name, ()))
    close = get_close_matches(name, templates(), 3, cutoff=0.5)
    raise ProblemError(
        f"There is no template '{name}'.",
        hint=f"Did you mean {' or '.join(close)}?" if close else
        f"Choose one of: {', '.join(templates())}.",
    )  # fmt: skip


def ready(name: str) -> Project:
    """The template with as many classes as its built-in dataset has, so that it trains at once.

    Raises ProblemError for an unknown name.
    """
    project = template(name)
    return adapt(project, None, classes_of(project)) if _is_classifier(project) else project


def classes_of(project: Project) -> int:
    """How many classes the project's built-in dataset has."""
    if project.data.dataset == "digits":
        return DIGITS
    options: Mapping[str, Any] = datasets["shapes"].defaults() | project.data.options
    return int(options["classes"])


def adapt(
    project: Project,
    input_shape: tuple[int, ...] | None,
    classes: int | None,
    small: Sequence[tuple[int, str, int]] = (),
) -> Project:
    """The project with another input shape and another number of classes.

    Every head follows the number of classes, inside of blocks too. `small` are a blueprint's rules
    for small images.
    """
    if input_shape is not None:
        if any(size < 1 for size in input_shape):
            raise ProblemError(f"The input shape {input_shape} has a size below 1.")
        network = project.network
        for node in network.nodes:
            own = node.parameters.get("shape", input_shape)
            if node.kind == "Input" and len(own) != len(input_shape):
                raise ProblemError(
                    f"The input shape {input_shape} has {len(input_shape)} sizes; this template's "
                    f"has {len(own)}, such as {','.join(map(str, own))}."
                )
            if node.kind == "Input":
                network = _with_shape(network, node, input_shape)
        project = project.with_network(_fitted(network, input_shape[1:], small))
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
        for head in heads(project):
            project = head.set(project, classes)
    return project


def _fitted(
    network: Network, sizes: tuple[int, ...], small: Sequence[tuple[int, str, int]]
) -> Network:
    """The network with its parameters set for images of this height and width."""
    if not sizes:
        return network
    values = {name: value for below, name, value in small if min(sizes) < below}
    patch = next((p for p in network.parameters if p.name == PATCH_SIZE), None)
    if patch is not None:
        values[PATCH_SIZE] = _patch_size(sizes, int(patch.default))
    parameters = (
        p.model_copy(update={"default": values[p.name]}) if p.name in values else p
        for p in network.parameters
    )
    return network.changed(parameters=tuple(parameters))


def _patch_size(sizes: tuple[int, ...], largest: int) -> int:
    """The largest patch that divides the image into a fitting number of them."""
    for size in range(largest, 0, -1):
        fits = FEWEST_PATCHES <= min(sizes) // size <= MOST_PATCHES
        if fits and all(side % size == 0 for side in sizes):
            return size
    return max(1, min(largest, min(sizes) // (2 * FEWEST_PATCHES)))


def _is_classifier(project: Project) -> bool:
    """Whether what it answers is a number a class: its last layer is linear or pools all."""
    network = project.network
    ends = [node for node in network.nodes if node.kind == "Output"]
    sources = [network.node(w.source).kind for end in ends for w in network.incoming(end.id)]
    return all(kind in ("Linear", "Flatten") or ":" in kind for kind in sources)


def _index() -> list[Blueprint]:
    text = (_folder() / "index.json").read_text(encoding="utf-8")
    return [Blueprint(**entry | {"small": _rules(entry)}) for entry in json.loads(text)]


def _rules(entry: dict[str, Any]) -> tuple[tuple[int, str, int], ...]:
    return tuple((below, name, value) for below, name, value in entry["small"])


def _unlisted(name: str, project: Project) -> Blueprint:
    """What is known of a template that the index leaves out."""
    return Blueprint(name, project.name, "Others", 0, project.description.split("\n")[0], "", 0, 0)


def _folder() -> Traversable:
    return resources.files("cnnstudio") / "resources" / "templates"


def _files() -> list[Traversable]:
    return sorted(
        (path for path in _folder().iterdir() if path.name.endswith(".cnns")),
        key=lambda path: path.name,
    )


def _read(path: Traversable) -> Project:
    return loads(path.read_text(encoding="utf-8"), where=path.name)


def _with_shape(network: Network, node: Node, shape: tuple[int, ...]) -> Network:
    given = {**node.parameters, "shape": list(shape)}
    changed = node.model_copy(update={"parameters": given})
    return network.replace(nodes=(changed if n.id == node.id else n for n in network.nodes))
