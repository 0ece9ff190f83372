"""What a network has learned: how its weights, gradients and activations are spread."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import weight_tables
from cnnstudio.cli.app import AsJson, RunFolder, app, print_json
from cnnstudio.training.histograms import KINDS

Out = Annotated[Path | None, typer.Option("--out", "-o", help="picture to write (.png)")]


@app.command()
def histograms(
    run: RunFolder,
    layers: Annotated[
        list[str] | None, typer.Option("--layer", help="only this node; may be given again")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help=f"only {', '.join(KINDS)}; again for more")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show how a run's weights, gradients and activations were spread while it trained: a table, or
    one picture, time downwards."""
    from cnnstudio.training.histograms import chosen, facts
    from cnnstudio.training.histograms import histograms as recorded

    for kind in kinds or []:
        if kind not in KINDS:
            raise typer.BadParameter(f"'{kind}' is none of {', '.join(KINDS)}", param_hint="--kind")
    series = chosen(recorded(run), layers or [], kinds or [])
    if out is not None:
        from cnnstudio.interpret.histogram_sheet import write_sheet

        write_sheet(series, out)
    if as_json:
        print_json(facts(series))
    else:
        weight_tables.print_histograms(series)
        if out is not None:
            print(out)
