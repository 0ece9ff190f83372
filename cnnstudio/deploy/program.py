"""A network as a program that torch.export made of it: operations on tensors, no Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from warnings import catch_warnings, simplefilter

import torch
from torch import nn
from torch.export import Dim, ExportedProgram

from cnnstudio.deploy.network import Network
from cnnstudio.deploy.writers import Options
from cnnstudio.graph import ExportError

TRACED_BATCH = 2  # torch takes a size of 1 for a constant
SIZES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
PLAIN = ("aten", "prim", "prims", "higher_order", "_operator")


@dataclass(frozen=True)
class Program:
    """`free` are the dimensions of each input that may have any size, by name.

    `inputs` are the examples that it was made with.
    """

    exported: ExportedProgram
    inputs: tuple[torch.Tensor, ...]
    free: dict[str, dict[int, str]]
    warnings: list[str] = field(default_factory=list)

    @property
    def fixed_batch(self) -> int | None:
        """The only batch size that it takes; None if it takes any."""
        if all(0 in names for names in self.free.values()):
            return None
        return int(self.inputs[0].shape[0])

    @property
    def free_in_words(self) -> tuple[str, ...]:
        """`image: batch, height, width`"""
        return tuple(f"{name}: {', '.join(d.values())}" for name, d in self.free.items() if d)

    @property
    def libraries(self) -> list[str]:
        """Packages that define operators which the program uses, besides torch itself."""
        spaces = {
            node.target.namespace
            for node in self.exported.graph.nodes
            if isinstance(node.target, torch._ops.OpOverload)
        }
        return sorted(spaces - set(PLAIN))


def traced(network: Network, options: Options) -> Program:
    """The network as a program, its batch size free wherever its layers allow it.

    Raises ExportError, with the node, for a layer that can't be traced.
    """
    program = _traced(network, TRACED_BATCH, _wanted(network))
    if program.fixed_batch is None:
        return program
    program = _traced(network, options.batches[0], {name: {} for name in network.input_shapes})
    reason = "a layer computes with the size of the batch"
    program.warnings.append(f"The file takes batches of {program.fixed_batch} only: {reason}.")
    return program


def _wanted(network: Network) -> dict[str, dict[int, str]]:
    """The dimensions that are to stay free: the batch, and what is marked so at the Input."""
    wanted = {}
    for name, shape in network.input_shapes.items():
        words = SIZES.get(len(shape) - 1) or [f"size {place}" for place in range(1, len(shape))]
        sizes = {1 + place: words[place - 1] for place in network.free.get(name, ())}
        wanted[name] = {0: "batch", **sizes}
    return wanted


def _traced(network: Network, batch: int, wanted: dict[str, dict[int, str]]) -> Program:
    inputs = tuple(network.inputs(batch).values())
    dynamic = tuple({place: Dim.AUTO for place in names} for names in wanted.values())
    try:
        with torch.no_grad(), catch_warnings():
            simplefilter("ignore")
            made = torch.export.export(network.model, inputs, dynamic_shapes=dynamic)
    except Exception as error:
        node = _refusing(network.model, inputs, dynamic)
        where = f"Layer '{node}'" if node else "The network"
        raise ExportError(
            f"{where} can't be traced by torch.export: {_first_line(error)}.",
            "Replace it by another layer, or export PyTorch source, which holds any layer.",
            node,
        ) from error
    return Program(made, inputs, _found_free(made, wanted))


def _found_free(
    made: ExportedProgram, wanted: dict[str, dict[int, str]]
) -> dict[str, dict[int, str]]:
    """Those of the wanted dimensions that the layers left free."""
    shapes = {node.name: node.meta["val"].shape for node in made.graph.nodes if node.op[0] == "p"}
    free = {}
    for given, (name, names) in zip(made.graph_signature.user_inputs, wanted.items(), strict=True):
        shape = shapes[str(given)]
        free[name] = {
            place: word for place, word in names.items() if isinstance(shape[place], torch.SymInt)
        }
    return free


def _refusing(model: nn.Module, inputs: tuple[torch.Tensor, ...], dynamic: object) -> str | None:
    """Name of the layer in which tracing fails; None if it is no layer's call."""
    with _entered(model) as inside:
        try:
            torch.export.export(model, inputs, dynamic_shapes=dynamic)
        except Exception:  # the same again, this time watched
            return inside[-1] if inside else None
    return None


@contextmanager
def _entered(model: nn.Module) -> Iterator[list[str]]:
    """The names of the modules that are being called, outermost first."""
    inside: list[str] = []
    hooks = []
    for name, module in model.named_modules():
        if name:
            hooks += [
                module.register_forward_pre_hook(lambda *_, name=name: inside.append(name)),
                module.register_forward_hook(lambda *_: inside.pop() and None),
            ]
    try:
        yield inside
    finally:
        for hook in hooks:
            hook.remove()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:300] if lines else type(error).__name__
