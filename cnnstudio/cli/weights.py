"""What a network has learned: its weights as pictures, and how they were spread."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import weight_tables
from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.training.histograms import KINDS

Out = Annotated[Path | None, typer.Option("--out", "-o", help="picture to write (.png or .svg)")]


@app.command()
def filters(
    run: RunFolder,
    layer: Annotated[str, typer.Option(help="node whose weights are shown")],
    view: Annotated[
        str | None, typer.Option(help="colour, mean, principal, or the number of an input channel")
    ] = None,
    units: Annotated[
        list[int] | None, typer.Option("--unit", help="only this filter; may be given again")
    ] = None,
    parameter: Annotated[str | None, typer.Option(help="another one than the weight")] = None,
    depth: Annotated[int, typer.Option(help="slice of a kernel in space and time")] = 0,
    own_scales: Annotated[
        bool, typer.Option("--own-scales", help="colours from each picture's own values")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="one filter (--unit, 0) through the run instead")
    ] = False,
    checkpoint: Checkpoint = "best",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show the weights of a layer: each filter as a picture and in numbers, or with --history one
    filter from the beginning of the run to its end."""
    from cnnstudio.interpret.weights import showing

    if history:
        told = showing.history(
            run, layer, (units or [0])[0], view, parameter, depth, not own_scales, out
        )
    else:
        told = showing.filters(
            run, checkpoint, layer, view, units, parameter, depth, not own_scales, out
        )
    if as_json:
        print_json(told)
        return
    (weight_tables.print_history if history else weight_tables.print_filters)(told)
    if out is not None:
        print(out)


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
        from cnnstudio.interpret.figures.histograms import histograms_figure

        histograms_figure(series, caption=f"Run {run.name}.").save(out)
    if as_json:
        print_json(facts(series))
    else:
        weight_tables.print_histograms(series)
        if out is not None:
            print(out)
