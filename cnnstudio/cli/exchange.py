"""Networks in and out: import, export, drawings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import tables
from cnnstudio.cli.app import (
    AsJson,
    Checkpoint,
    ProjectFile,
    app,
    print_json,
    refuse_existing,
    shape_of,
)
from cnnstudio.graph import CnnStudioError, load


@app.command("import")
def import_network(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="torchvision:resnet18, package.module:callable, a .pt2 or an .onnx file",
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="project file to write")] = None,
    input_shape: Annotated[
        str | None, typer.Option("--input", help="channels,height,width such as 3,224,224")
    ] = None,
    pretrained: Annotated[
        bool, typer.Option("--pretrained", help="with torchvision's trained weights (downloaded)")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="replace existing files")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw an existing network: a project and its weights; exit 1 if it computes anything else.

    A callable's code is run; of a .pt2 or .onnx file nothing is.
    """
    from cnnstudio.compiler.importing.command import import_to_file, lines

    stem = source.partition(":")[2] or Path(source).stem
    file = out or Path(f"{stem.rpartition('.')[2]}.cnns")
    for written in (file, file.with_suffix(".safetensors")):
        refuse_existing(written, force)
    told = import_to_file(source, file, shape_of(input_shape), pretrained)
    if as_json:
        print_json(told)
    else:
        print("\n".join(lines(told)))
    if not told["holds"]:
        raise CnnStudioError(
            f"The project computes something else than the original: {told['told']}.",
            "It is written all the same, so that you can look where they part.",
        )


@app.command()
def export(
    source: Annotated[Path, typer.Argument(metavar="FILE|RUN", help="project file, or run folder")],
    out: Annotated[Path, typer.Option("--out", "-o", help="file to write; its suffix says how")],
    format: Annotated[
        str | None, typer.Option(help="python, pt2, onnx or safetensors, whatever the suffix")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="a .safetensors file, or a run; by default those of RUN")
    ] = None,
    checkpoint: Checkpoint = "best",
    force: Annotated[bool, typer.Option("--force", help="replace existing files")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the network as PyTorch source, .pt2, ONNX or weights, proven to compute the same."""
    from cnnstudio.deploy.command import export_from_command_line

    proof = export_from_command_line(source, out, format, weights, checkpoint, force)
    if as_json:
        print_json(proof.model_dump(mode="json") | {"proven": proof.proven})
    else:
        tables.print_proof(proof)


@app.command()
def draw(
    file: ProjectFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="file to write: .svg, .pdf or .png")],
    right: Annotated[bool, typer.Option("--right", help="flow from left to right")] = False,
    scale: Annotated[float, typer.Option(help="pixels a unit, for .png", min=0.1)] = 2.0,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
) -> None:
    """Draw the network as it stands on the canvas, fit for a paper."""
    refuse_existing(out, force)
    project = load(file)
    # These take seconds: what is wrong comes first.
    from cnnstudio.compiler.check import check as check_project
    from cnnstudio.ui.canvas.headless import draw as draw_project

    draw_project(project, check_project(project), out, right, scale)
    print(out)
