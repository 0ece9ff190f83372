"""Imports a module: recorded, drawn with blocks, built again and compared with the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.compiler.build import build
from cnnstudio.compiler.importing import proof
from cnnstudio.compiler.importing.concatenations import in_steps
from cnnstudio.compiler.importing.draft import OPAQUE, Draft, draft
from cnnstudio.compiler.importing.modules import as_layer
from cnnstudio.compiler.importing.proof import Proof
from cnnstudio.compiler.importing.record import StaleView, record
from cnnstudio.compiler.importing.recording import Recording, Viewed
from cnnstudio.compiler.importing.structure import Structure, structured
from cnnstudio.compiler.importing.tree import Body
from cnnstudio.compiler.importing.write import weights_of, write_project
from cnnstudio.graph import ProblemError, Project
from cnnstudio.graph.settings import DataSettings

Shapes = Sequence[int] | Sequence[Sequence[int]]
DATASET_FOR_CHANNELS = {1: "digits", 3: "shapes"}


@dataclass
class Imported:
    """A module as a project.

    `weights` is a state dict for `build(project)`. `opaque` names the nodes that keep operators of
    torch for which there is no layer, by dotted path. `left_out` are weights of the original that
    its evaluation doesn't use. `proof` compares the built project with the original.
    """

    project: Project
    weights: dict[str, Tensor]
    opaque: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    proof: Proof | None = None


def from_module(
    module: nn.Module, input_shape: Shapes = (3, 224, 224), *, name: str = "", origin: str = "",
    check: bool = True,
) -> Imported:  # fmt: skip
    """The module as a project, with its weights.

    `input_shape` is the shape of one image, without the batch, or a list of one for each input.
    What the module computes in evaluation mode is imported. With `check` it is built again and
    compared with the module on random images. Raises ProblemError if it can't be drawn.
    """
    shapes = _shapes(input_shape)
    name = name or type(module).__name__
    was_training = {part: part.training for part in module.modules()}
    module.eval()
    try:
        recording = _recorded(module, shapes)
        flat = in_steps(draft(recording))
    finally:
        for part, training in was_training.items():
            part.training = training
    imported = assembled(flat, shapes, name, origin or f"Imported from {type(module).__name__}")
    if check:
        inputs = proof.sample_inputs(shapes)
        imported.proof = prove(imported, proof.run(module, inputs), inputs)
    return imported


def _recorded(module: nn.Module, shapes: Sequence[tuple[int, ...]]) -> Recording:
    """The module's calls. Parts that change views in place are kept whole, as torch's operators."""
    whole: set[str] = set()
    while True:
        try:
            return record(module, shapes, as_layer, whole)
        except StaleView as error:
            if not error.path or error.path in whole:
                raise
            # All parts of the class at once: they do the same.
            part = type(module.get_submodule(error.path))
            whole |= {path for path, other in module.named_modules() if type(other) is part}


def assembled(flat: Draft, shapes: Sequence[tuple[int, ...]], name: str, origin: str) -> Imported:
    """A flat network as a project with blocks, and its weights."""
    structure = structured(flat, name)
    inputs = dict(zip(flat.inputs, shapes, strict=True))
    project = write_project(structure.body, structure.definitions, inputs, list(flat.outputs), name)
    weights = {key: tensor.clone() for key, tensor in weights_of(structure.body, flat.weights)}
    used = {
        origin.name if isinstance(origin, Viewed) else origin
        for node in flat.nodes
        for origin in node.weights.values()
        if not isinstance(origin, Tensor)
    }
    left_out = [key for key in flat.weights if key not in used]
    opaque = list(_opaque(structure.body))
    text = f"{origin}, for an input of {', '.join('×'.join(map(str, s)) for s in shapes)}."
    channels = shapes[0][0] if shapes and len(shapes[0]) == 3 else 3
    data = DataSettings(dataset=DATASET_FOR_CHANNELS.get(channels, "shapes"))
    project = project.model_copy(update={"description": text, "data": data})
    return Imported(project, weights, opaque, left_out)


def prove(imported: Imported, wanted: list[Tensor], inputs: list[Tensor]) -> Proof:
    """Builds the import and compares its outputs with those of the original."""
    with torch.random.fork_rng(devices=[]):
        model = build(imported.project, imported.weights)
    return proof.compare(wanted, proof.run(model, inputs))


def _opaque(body: Body, prefix: str = "") -> list[str]:
    found = []
    for part in body.parts:
        if part.kind == OPAQUE:
            found.append(f"{prefix}{part.name}")
        settings = body.definition.settings[part.name] if body.definition else part.parameters
        for index, copy in enumerate(part.copies):
            number = f".{index}" if "repeat" in settings else ""
            found += _opaque(copy, f"{prefix}{part.name}{number}.")
    return found


def _shapes(given: Shapes) -> list[tuple[int, ...]]:
    """One shape for each input."""
    parts: list[Any] = list(given)
    single = all(isinstance(part, int) for part in parts)
    shapes: list[tuple[int, ...]] = [tuple(parts)] if single else [tuple(part) for part in parts]
    if not shapes or any(not shape or min(shape) < 1 for shape in shapes):
        raise ProblemError(
            f"{given} is no input shape.", hint="Give channels, height and width: (3, 224, 224)."
        )
    return shapes


__all__ = ["Imported", "Structure", "from_module"]
