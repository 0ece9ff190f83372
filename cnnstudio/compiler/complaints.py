"""What can be wrong with a node in its place, each as a sentence on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.compiler import remedies
from cnnstudio.compiler.outcome import Outcome
from cnnstudio.compiler.refusals import Case, refused, wrong_rank
from cnnstudio.graph import Network, Node, Problem, Project, problem_on
from cnnstudio.layers import LayerKind
from cnnstudio.layers.declaration import Shape
from cnnstudio.layers.own.lookup import is_own, why_unknown


def about(
    network: Network,
    node: Node,
    kind: LayerKind,
    shapes: tuple[Shape, ...],
    made_for: tuple[Shape, ...],
    parameters: Mapping[str, Any],
    found: Outcome,
) -> Problem | None:
    """Why a layer can't be made, or can't take inputs of these shapes; None if it can.

    `parameters` are those of the layer whose weights are used, with no expressions in them.
    """
    if found.invalid is not None:
        wrong = [name for name in parameters if not _valid(kind, name, parameters[name])]
        fix = remedies.reset_parameters(network, node, wrong, "Use the default")
        return problem_on(
            node, found.invalid.message, found.invalid.hint, fix=fix if wrong else None
        )
    problem = wrong_rank(Case(network, node, kind, {}, shapes))
    if problem is not None or found.refused is None:
        return problem
    if made_for != shapes:
        owner = network.by_id.get(node.shares or node.id, node).name
        given, wanted = (
            " and ".join("×".join(map(str, shape)) for shape in some) for some in (shapes, made_for)
        )
        return problem_on(
            node,
            f"'{node.name}' uses the weights of '{owner}', made for {wanted}, but gets {given}.",
            "Give both inputs of equal size, or let it have weights of its own.",
        )
    return refused(Case(network, node, kind, kind.validate(parameters), shapes, found.refused))


def about_wires(
    node: Node, kind: LayerKind, ports: Sequence[int], needed: int, leads_on: bool
) -> Problem | None:
    """A wire too many, or too few of them. `ports` are the input ports that are wired."""
    extra = [port for port in ports if port >= needed]
    if extra and not kind.variadic:
        return problem_on(
            node,
            f"{kind.label} '{node.name}' takes {needed} input{'s' * (needed != 1)}, and a wire "
            f"leads to number {extra[0] + 1}.",
            "Remove the wire, or join the inputs with Add or Concatenate.",
        )
    if len(ports) >= needed:
        return None
    if not ports:
        message = f"{kind.label} '{node.name}' has no input."
        hint = "Draw a wire to it from the layer before."
    else:
        message = f"{kind.label} '{node.name}' needs {needed} inputs and has {len(ports)}."
        hint = "Draw another wire to it, or delete it."
    severe = leads_on or kind.call == "output"
    return problem_on(node, message, hint, severity="error" if severe else "warning")


def unknown_kind(project: Project, node: Node) -> Problem:
    if is_own(node.kind):
        message, hint = why_unknown(project, node.kind)
        return problem_on(node, f"'{node.name}': {message}", hint)
    if node.block is not None:
        return problem_on(
            node,
            f"'{node.name}' stands for the block '{node.block}', which the project hasn't.",
            "Undo its deletion, or replace the node.",
        )
    return problem_on(
        node,
        f"'{node.name}': there is no layer kind '{node.kind}' here.",
        "Replace it, or install what provides it. Its settings are kept.",
    )


def no_such_output(node: Node, source: Node) -> Problem:
    return problem_on(
        node,
        f"A wire to '{node.name}' starts at an output that '{source.name}' hasn't.",
        "Remove the wire and draw it again.",
    )


def leads_nowhere(node: Node) -> Problem:
    return problem_on(
        node,
        f"'{node.name}' leads to no Output, so it is left out of the network.",
        "Wire it on, or delete it.",
        severity="warning",
    )


def nothing_to_hand_on(node: Node) -> Problem:
    return problem_on(
        node,
        f"'{node.name}' is bypassed, but has no input to hand on.",
        "Switch the bypass off, or delete it.",
    )


def contains_itself(node: Node) -> Problem:
    return problem_on(
        node,
        f"The block '{node.block}' contains itself: it would have no end.",
        "Take it out, or stand a copy of the block under another name here.",
    )


def wrong_repeat(network: Network, node: Node, reason: str) -> Problem:
    fix = remedies.reset_parameters(network, node, ["repeat"], "Do not repeat it")
    return problem_on(node, f"Repeat of '{node.name}' {reason}.", fix=fix)


def can_repeat(network: Network) -> bool:
    """Whether copies of a block can stand one behind the other."""
    kinds = [node.kind for node in network.nodes]
    return "Input" in kinds and kinds.count("Output") == 1


def ends_differ(node: Node) -> Problem:
    return problem_on(
        node,
        f"'{node.name}' can't be repeated: its block needs an Input and one Output, so that a "
        "copy can stand behind the other.",
        "Set repeat to 1, or give the block one Output.",
    )


def too_many(node: Node, most: int) -> Problem:
    return problem_on(
        node,
        f"'{node.name}' makes the network longer than {most:,} layers.",
        "Use fewer repeats.",
    )


def leading_to_output(network: Network) -> set[str]:
    """Ids of the nodes from which wires lead to an Output."""
    waiting = [node.id for node in network.nodes if node.kind == "Output"]
    found: set[str] = set()
    while waiting:
        id = waiting.pop()
        if id not in found and id in network.by_id:
            found.add(id)
            waiting += [edge.source for edge in network.incoming(id)]
    return found


def _valid(kind: LayerKind, name: str, value: Any) -> bool:
    try:
        kind.parameter(name).validate(value)
    except (KeyError, ValueError):
        return False
    return True
