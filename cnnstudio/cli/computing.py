"""How one value of a network came about."""

from __future__ import annotations

from typing import Annotated

import typer

from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.graph import ExplanationError


@app.command()
def compute(
    run: RunFolder,
    image: Annotated[str, typer.Argument(help="image file, or test:0, train:12, …")],
    layer: Annotated[str, typer.Option(help="node whose value it is, such as conv1")],
    unit: Annotated[int, typer.Option(help="channel, or number in a vector; from 0")] = 0,
    at: Annotated[
        str | None, typer.Option(help="place in its map, such as 3,5; that of the largest value")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="input channel to print; the strongest three")
    ] = None,
    checkpoint: Checkpoint = "best",
    as_json: AsJson = False,
) -> None:
    """Tell how one value of a layer came about: the window of the input, the weights, the products,
    the sum; or the winner of a pooling, mean and variance of a normalisation."""
    from cnnstudio import computation_tables
    from cnnstudio.interpret.computation.compute import computation
    from cnnstudio.interpret.computation.sliding import ConvolutionAt
    from cnnstudio.interpret.subject import open_run, read_reference

    position = _position(at)
    subject = open_run(run, checkpoint)
    images = (subject.images(read_reference(image)),)
    found = computation(subject.model, images, subject.node(layer), unit, position)
    if channel is not None and isinstance(found, ConvolutionAt):
        last = found.first + len(found.sums) - 1
        if not found.first <= channel <= last:
            raise ExplanationError(
                f"Unit {unit} of '{layer}' does not see input channel {channel}.",
                f"It sees {found.first} to {last}.",
            )
    if as_json:
        print_json(found.to_json())
    else:
        computation_tables.print_computation(found, channel)


def _position(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' is no place: write it as 3,5", param_hint="--at"
        ) from None
