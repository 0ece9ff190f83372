"""What `cnnstudio import` does: the import, its files, and what is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from cnnstudio.compiler.importing.from_module import Imported
from cnnstudio.compiler.importing.sources import import_source
from cnnstudio.graph import ProjectFileError, save

LISTED = 12


def import_to_file(
    source: str, file: Path, input_shape: tuple[int, ...] | None, pretrained: bool
) -> dict[str, Any]:
    """Imports into a project file, with the weights beside it; returns what is to be told."""
    imported = import_source(source, input_shape, pretrained)
    weights = file.with_suffix(".safetensors")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: tensor.contiguous() for name, tensor in imported.weights.items()}, weights)
    except OSError as error:
        raise ProjectFileError(
            f"{weights} can't be written: {error.strerror}.",
            "Check the folder, its permissions and the free space, or save elsewhere.",
        ) from None
    training = imported.project.training.model_copy(
        update={"initial_weights": str(weights.absolute())}
    )
    save(imported.project.model_copy(update={"training": training}), file)
    return facts(imported, file, weights)


def facts(imported: Imported, file: Path, weights: Path) -> dict[str, Any]:
    """An import as JSON."""
    project, proof = imported.project, imported.proof
    assert proof is not None
    return {
        "file": str(file),
        "weights": str(weights),
        "name": project.name,
        "nodes": len(project.network.nodes),
        "blocks": [network.name for network in project.networks[1:]],
        "parameters": sum(tensor.numel() for tensor in imported.weights.values()),
        "opaque": imported.opaque,
        "left_out": imported.left_out,
        "difference": proof.difference,
        "equal": proof.exact,
        "holds": proof.holds,
        "told": str(proof),
    }


def lines(told: dict[str, Any]) -> list[str]:
    """An import for people, one sentence a line."""
    blocks = told["blocks"]
    named = f" and {len(blocks)} {'block' if len(blocks) == 1 else 'blocks'}" if blocks else ""
    some = f" ({_some(blocks)})" if blocks else ""
    found = [f"{told['name']}: {told['nodes']} nodes{named}{some}; {told['told']}."]
    if told["opaque"]:
        found.append(f"Kept as torch's operators, for want of a layer: {_some(told['opaque'])}.")
    if told["left_out"]:
        found.append(f"Not used in evaluation, left out: {_some(told['left_out'])}.")
    return [*found, told["file"], told["weights"]]


def _some(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
