"""What a network's nodes give, as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json


@app.command()
def activations(
    run: RunFolder,
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...", help="image files, folders, test:0, test:0-99, or all of test"
        ),
    ],
    layer: Annotated[
        list[str] | None, typer.Option(help="only this node; may be given again")
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="of .csv: each unit's mean, spread, share of zeros")
    ] = False,
    checkpoint: Checkpoint = "best",
    out: Annotated[Path, typer.Option("--out", "-o", help="file to write, .npz or .csv")] = Path(
        "activations.npz"
    ),
    as_json: AsJson = False,
) -> None:
    """Write what every node gives for some images: as .npz an array for each node, by its name; as
    .csv a row for each value."""
    from rich.console import Console
    from rich.progress import Progress

    from cnnstudio.interpret.activations import export_activations
    from cnnstudio.interpret.subject import open_run

    subject = open_run(run, checkpoint)
    with Progress(transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)
        found = export_activations(
            subject, images, layer, out, statistics,
            lambda share, text: bar.update(task, completed=share or 0.0, description=text),
        )  # fmt: skip
    if as_json:
        print_json(found)
        return
    print(f"{len(found['nodes'])} nodes for {found['images']} images: {found['path']}")
    if found["left_out"]:
        print(f"Left out, as they give nothing for each image: {', '.join(found['left_out'])}")
