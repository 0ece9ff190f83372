"""What is wrong with a network, told on the node that causes it."""

from __future__ import annotations

import builtins
import keyword
from collections import Counter
from typing import Literal

from cnnstudio.graph.edits import Disconnect, Edit, Rename
from cnnstudio.graph.expressions import GIVEN
from cnnstudio.graph.model import Model, Network, Node

Severity = Literal["error", "warning", "info"]

# Attributes of torch.nn.Module and torch.fx.GraphModule that a submodule would hide.
RESERVED_NAMES = frozenset(
    """
    add_module apply bfloat16 buffers call_super_init children code compile cpu cuda double
    dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule graph half input ipu load_state_dict meta modules mtia named_buffers
    named_children named_modules named_parameters parameters print_readable recompile
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_module register_parameter requires_grad_ self set_extra_state set_submodule
    share_memory state_dict to to_empty to_folder torch train training type xpu zero_grad
    """.split()
) | frozenset(
    # What the code of a torch.fx graph takes for something else.
    ["inf", "nan", "NoneType", "device", "fx_pytree", "pytree", *dir(builtins)]
)


class Fix(Model):
    """A remedy the window applies in one click: its button's label and the edits it makes."""

    label: str
    edits: tuple[Edit, ...]


class Problem(Model):
    """One thing that is wrong. `node` is the node's name, `node_id` its id.

    Inside of a block, `node` is a dotted path, `network` the block's name, and `within` are the
    ids of the block nodes that lead there from the main network.
    """

    severity: Severity = "error"
    message: str
    hint: str = ""
    node: str | None = None
    node_id: str | None = None
    network: str = "main"
    within: tuple[str, ...] = ()
    fix: Fix | None = None


def problem_on(
    node: Node, message: str, hint: str = "", severity: Severity = "error", fix: Fix | None = None
) -> Problem:
    return Problem(
        severity=severity, message=message, hint=hint, node=node.name, node_id=node.id, fix=fix
    )


def is_valid_name(name: str) -> bool:
    """Whether a node may be called so: a Python identifier that hides nothing of torch's.

    Letters are ASCII ones: torch.fx changes all others, and names with two underscores at both
    ends are Python's own.
    """
    return (
        name.isascii()
        and name.isidentifier()
        and not (name.startswith("__") and name.endswith("__"))
        and not keyword.iskeyword(name)
        and name not in RESERVED_NAMES
    )


def structural_problems(network: Network) -> list[Problem]:
    """What is wrong whatever the layers are: names, wires, cycles, missing input or output."""
    problems = [*_name_problems(network), *_wire_problems(network), *_cycles(network)]
    kinds = {node.kind for node in network.nodes}
    if network.nodes and "Input" not in kinds:
        problems.append(
            Problem(message="The network has no Input.", hint="Add an Input and wire it.")
        )
    if network.nodes and "Output" not in kinds:
        problems.append(
            Problem(
                message="The network has no Output.", hint="Add an Output after the last layer."
            )
        )
    problems += _parameter_problems(network)
    return [problem.model_copy(update={"network": network.name}) for problem in problems]


def _parameter_problems(network: Network) -> list[Problem]:
    """A block's parameters need names that expressions can use."""
    problems = []
    counts = Counter(parameter.name for parameter in network.parameters)
    for name, count in counts.items():
        if not name.isidentifier() or keyword.iskeyword(name) or name in GIVEN:
            reason = "has a meaning of its own" if name in GIVEN else "is no name"
            problems.append(
                Problem(
                    message=f"Block '{network.name}': '{name}' {reason}, so no parameter can be "
                    "called so.",
                    hint="Give the parameter another name.",
                )
            )
        elif count > 1:
            problems.append(
                Problem(message=f"Block '{network.name}' has two parameters named '{name}'.")
            )
    return problems


def _name_problems(network: Network) -> list[Problem]:
    problems = []
    counts = Counter(node.name for node in network.nodes)
    seen: set[str] = set()
    for node in network.nodes:
        base = "".join(c if c.isalnum() and c.isascii() else "_" for c in node.name).lstrip(
            "_0123456789"
        )
        free = network.free_name(base.rstrip("0123456789") or node.kind.lower())
        rename = Fix(
            label=f"Rename to {free}",
            edits=(Rename(network=network.name, node_id=node.id, name=free),),
        )
        if not is_valid_name(node.name):
            problems.append(
                problem_on(
                    node,
                    f"'{node.name}' can't be a layer's name.",
                    "Use the letters a to z, digits and _, starting with a letter; not a word that "
                    "Python or torch reserves.",
                    fix=rename,
                )
            )
        elif counts[node.name] > 1 and node.name in seen:
            problems.append(
                problem_on(
                    node,
                    f"Another node is called '{node.name}' too.",
                    "Give one of them another name.",
                    fix=rename,
                )
            )
        seen.add(node.name)
    return problems


def _wire_problems(network: Network) -> list[Problem]:
    problems = []
    taken: set[tuple[str, int]] = set()
    for edge in network.edges:
        remove = Fix(label="Remove the wire", edits=(Disconnect(network=network.name, edge=edge),))
        source, target = network.by_id.get(edge.source), network.by_id.get(edge.target)
        if source is None or target is None:
            missing = edge.source if source is None else edge.target
            message = f"A wire leads to a node that does not exist ('{missing}')."
            known = source or target
            hint = "Remove the wire."
            problems.append(
                problem_on(known, message, hint, fix=remove)
                if known
                else Problem(message=message, hint=hint, fix=remove)
            )
        elif (edge.target, edge.target_port) in taken:
            problems.append(
                problem_on(
                    target,
                    f"'{target.name}' gets two wires in the same input.",
                    "Remove one, or join them with Add or Concatenate.",
                    fix=remove,
                )
            )
        else:
            taken.add((edge.target, edge.target_port))
    for node in network.nodes:
        if node.shares is None:
            continue
        owner = network.by_id.get(node.shares)
        if owner is None:
            message = f"'{node.name}' shares the weights of a node that does not exist."
        elif owner.id == node.id or owner.shares is not None:
            message = (
                f"'{node.name}' shares the weights of '{owner.name}', which has none of its own."
            )
        elif owner.kind != node.kind:
            message = f"'{node.name}' ({node.kind}) can't share the weights of a {owner.kind}."
        else:
            continue
        problems.append(problem_on(node, message, "Delete the node and duplicate the right one."))
    return problems


def _cycles(network: Network) -> list[Problem]:
    """One problem for each group of nodes that feed back into themselves."""
    stuck = set(network.by_id) - set(network.topological())
    # What merely lies behind a cycle is not part of it: peel off nodes that lead nowhere in it.
    while True:
        leaves = {
            id for id in stuck if not any(edge.target in stuck for edge in network.outgoing(id))
        }
        if not leaves:
            break
        stuck -= leaves
    problems = []
    for id in sorted(stuck):
        node = network.by_id[id]
        problems.append(
            problem_on(
                node,
                f"'{node.name}' is part of a loop: its output leads back to its own input.",
                "Remove one wire of the loop.",
            )
        )
    return problems
