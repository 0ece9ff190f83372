"""Every setting of a project by its path, as `--set`, sweeps and differences name it.

`project.name`, `data.validation`, `training.optimizer.parameters.momentum`; a node's parameter is
`network.conv1.out_channels`, one inside of a block `blocks.Residual.conv1.kernel_size`, a block's
own default `blocks.Residual.channels`. A node also has `bypass`, `frozen`, `rate` and `decay`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from cnnstudio.data.augmentation.presets import preset
from cnnstudio.data.catalogue import names_other_images
from cnnstudio.graph import Component, Learning, Network, Node, ProblemError, Project, SetSetting
from cnnstudio.graph.damage import words
from cnnstudio.graph.expressions import is_expression
from cnnstudio.layers.lookup import kind_of

Settings = dict[str, Any]

LEARNING = tuple(Learning.model_fields)  # frozen, rate, decay
SECTIONS = ("project", "data", "training")
NETWORK, BLOCKS = "network", "blocks"
# A list about images, not settings of their own.
_WHOLE = {"data.relabelled"}
# What a run keeps of itself, and what only people read: no setting that tells runs apart.
_NOT_COMPARED = {"training.initial_weights"}


def with_text(project: Project, setting: str) -> Project:
    """The project with a change such as `training.epochs=3`; see `with_value`.

    The value is JSON; what is not JSON is text. Raises ProblemError for a wrong one.
    """
    path, equals, text = setting.partition("=")
    if not equals:
        raise ProblemError(f"'{setting}' is not a setting.", hint="Write it as training.epochs=3.")
    return with_value(project, path.strip(), value_of(text))


def value_of(text: str) -> Any:
    """A value as it is typed: JSON, or else the text itself."""
    try:
        return json.loads(text, parse_constant=_no_json)
    except ValueError:
        return text.strip()


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def with_values(project: Project, values: Iterable[tuple[str, Any]]) -> Project:
    """The project with several changes, one after the other."""
    for path, value in values:
        project = with_value(project, path, value)
    return project


def with_settings(project: Project, settings: Mapping[str, Any] | Iterable[str]) -> Project:
    """The project with other settings: `{"training.epochs": 3}`, or `["training.epochs=3"]` as they
    are typed.

    Paths lead to settings, and to parameters of layers: `network.conv1.out_channels`. Of what is
    typed, values are JSON, and text what is not JSON. An augmentation may be a preset's name.
    Raises ProblemError for a wrong one.
    """
    if isinstance(settings, Mapping):
        return with_values(project, settings.items())
    for setting in settings:
        project = with_text(project, setting)
    return project


def with_value(project: Project, path: str, value: Any) -> Project:
    """The project with one setting changed; ProblemError names what is wrong with it.

    An augmentation may be a preset's name.
    """
    section, dot, rest = path.partition(".")
    if dot and section == NETWORK:
        return project.with_network(_with_node_value(project, project.network, path, rest, value))
    if dot and section == BLOCKS:
        return _with_block_value(project, path, rest, value)
    if not dot or section not in SECTIONS:
        raise ProblemError(
            f"'{path}' is not a setting.",
            hint="Write it as training.epochs=3, data.dataset=digits or "
            "network.conv1.out_channels=16.",
        )
    if section == "data" and (rest != "dataset" or value != project.data.dataset):
        project = _without_what_is_of_others(project, rest)
    if section == "training" and rest.endswith(".kind"):
        project = _with_kind(project, rest.removesuffix(".kind"), value)
    if path == "data.augmentation" and isinstance(value, str):
        value = [step.model_dump(mode="json") for step in preset(value).steps]
    edit = SetSetting(section=section, name=rest, value=value)
    return edit.apply(project)[0]


def _without_what_is_of_others(project: Project, changed: str) -> Project:
    """The project without options and corrections that are of the images before the change."""
    gone: dict[str, Any] = {}
    if names_other_images(project.data, changed):
        gone |= {"left_out": [], "relabelled": {}}
    if changed == "dataset":
        gone["options"] = {}
    for name, empty in gone.items():
        project, _ = SetSetting(section="data", name=name, value=empty).apply(project)
    return project


def settings_of(project: Project) -> Settings:
    """All settings by path. A node stands in it as its kind: `network.conv1` is `Conv2d`."""
    found: Settings = {}
    for section in ("data", "training"):
        _flatten(found, section, getattr(project, section).model_dump(mode="json"))
    for path in _NOT_COMPARED:
        found.pop(path, None)
    for network in project.networks:
        main = network is project.network
        where = NETWORK if main else f"{BLOCKS}.{network.name}"
        for parameter in network.parameters:
            found[f"{where}.{parameter.name}"] = parameter.default
        for node in network.nodes:
            found[f"{where}.{node.name}"] = node.kind
            found |= {f"{where}.{node.name}.{k}": v for k, v in _node_values(node).items()}
    return found


def _flatten(found: Settings, path: str, value: Any) -> None:
    if isinstance(value, dict) and value and path not in _WHOLE:
        for name, inner in value.items():
            _flatten(found, f"{path}.{name}", inner)
    else:
        found[path] = value


def _node_values(node: Node) -> Settings:
    values = dict(node.parameters)
    if node.bypass is not False:
        values["bypass"] = node.bypass
    if node.learning is not None:
        plain = Learning()
        told = {name: getattr(node.learning, name) for name in LEARNING}
        values |= {name: value for name, value in told.items() if value != getattr(plain, name)}
    return values


def _with_kind(project: Project, name: str, kind: Any) -> Project:
    """Another optimizer, loss, …: the parameters are those of the one before."""
    now = getattr(project.training, name, None)
    if not isinstance(now, Component) or now.kind == kind or not now.parameters:
        return project
    edit = SetSetting(section="training", name=f"{name}.parameters", value={})
    return edit.apply(project)[0]


def _with_block_value(project: Project, path: str, rest: str, value: Any) -> Project:
    # A block's name may hold dots: the longest that there is.
    names = sorted((network.name for network in project.networks[1:]), key=len, reverse=True)
    name = next((name for name in names if rest.startswith(f"{name}.")), None)
    if name is None:
        told = ", ".join(sorted(names)) or "none"
        raise ProblemError(f"{path}: there is no such block.", hint=f"There are: {told}.")
    network, rest = project.network_named(name), rest.removeprefix(f"{name}.")
    own = next((parameter for parameter in network.parameters if parameter.name == rest), None)
    if own is None:
        return project.with_network(_with_node_value(project, network, path, rest, value))
    changed = tuple(
        parameter.model_copy(update={"default": value}) if parameter is own else parameter
        for parameter in network.parameters
    )
    return project.with_network(network.changed(parameters=changed))


def _with_node_value(
    project: Project, network: Network, path: str, rest: str, value: Any
) -> Network:
    node_name, dot, name = rest.rpartition(".")
    node = network.find(node_name) if dot else None
    if node is None:
        names = ", ".join(node.name for node in network.nodes)
        raise ProblemError(
            f"{path}: there is no node '{node_name or rest}' with such a setting.",
            hint=f"Write NODE.PARAMETER; nodes are {names}.",
        )
    try:
        changed = _changed_node(project, node, name, value)
    except ValueError as error:  # pydantic's are among them
        raise ProblemError(f"{path} can't be {value!r}: it {_told(error)}.") from None
    nodes = (changed if other.id == node.id else other for other in network.nodes)
    return network.replace(nodes=nodes)


def _changed_node(project: Project, node: Node, name: str, value: Any) -> Node:
    kind = kind_of(project, node.kind)
    own = kind is not None and name in kind.defaults()
    if name == "bypass" and not own:
        return Node.model_validate({**node.model_dump(), "bypass": value})
    if name in LEARNING and not own:
        learning = (node.learning or Learning()).model_dump() | {name: value}
        return node.model_copy(update={"learning": Learning.model_validate(learning)})
    if kind is not None:
        if not own:
            told = ", ".join([*kind.defaults(), "bypass", *LEARNING])
            raise ProblemError(
                f"{node.name} ({node.short_kind}) has no parameter '{name}'.",
                node.name, f"It has: {told}.",
            )  # fmt: skip
        if not is_expression(value):
            kind.parameter(name).validate(value)
    parameters = node.parameters | {name: value}
    return Node.model_validate({**node.model_dump(), "parameters": parameters})


def _told(error: ValueError) -> str:
    return words(error.errors()[0]) if isinstance(error, ValidationError) else str(error)
