"""What a network would like to see, and how little makes it see something else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.interpret.explanations.chosen import settings_of
from cnnstudio.tables import percent, print_table

Settings = Annotated[list[str] | None, typer.Option("--set", help="a parameter, such as steps=100")]


@app.command()
def visualize(
    run: RunFolder,
    layer: Annotated[str | None, typer.Option(help="node whose unit is excited")] = None,
    unit: Annotated[
        list[int] | None, typer.Option(help="unit of the layer, from 0; may be given again")
    ] = None,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="class by name or number, instead of a unit")
    ] = None,
    position: Annotated[
        str | None, typer.Option(help="row,column of a single position; all of them otherwise")
    ] = None,
    settings: Settings = None,
    checkpoint: Checkpoint = "best",
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write")] = Path("seen.png"),
    as_json: AsJson = False,
) -> None:
    """Make pictures that excite a unit, a channel or a class most (feature visualisation)."""
    from cnnstudio.interpret.imagine.of_run import visualize_run

    parameters = settings_of(settings or [])
    place = _position(position)
    found = visualize_run(
        run, checkpoint, layer, unit or [0], classes or [], place, parameters, out
    )
    if as_json:
        print_json(found)
        return
    rows = [
        [
            one["class"] or f"{one['layer']}, unit {one['unit']}",
            f"{one['before']:.3g}",
            f"{one['value']:.3g}",
            "" if one["probability"] is None else percent(one["probability"]),
        ]
        for one in found
    ]
    columns = ["Of", "Noise excites", "Picture excites", "Probability"]
    print_table(columns if layer is None else columns[:3],
                rows if layer is None else [row[:3] for row in rows], columns[1:])  # fmt: skip
    for note in dict.fromkeys(one["note"] for one in found if one["note"]):
        print(note)
    print(out)


@app.command()
def attack(
    run: RunFolder,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="image file, or test:0, train:12")],
    method: Annotated[str, typer.Option(help="fgsm or pgd")] = "pgd",
    epsilon: Annotated[
        str, typer.Option(help="most that a pixel may change, in 0…1: 0.03, or 8/255")
    ] = "8/255",
    target: Annotated[
        str | None, typer.Option("--class", help="class to end at; any other one by itself")
    ] = None,
    settings: Settings = None,
    checkpoint: Checkpoint = "best",
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write")] = Path("attack.png"),
    as_json: AsJson = False,
) -> None:
    """Change an image a little so that the network says something else, and find how little it
    takes: the image, the change, and the result side by side."""
    from cnnstudio.interpret.adversarial.of_run import attack_run

    parameters = settings_of(settings or [])
    found = attack_run(run, checkpoint, image, method, _levels(epsilon), target, parameters, out)
    if as_json:
        print_json(found)
        return
    rows = [
        [when, found[when]["class"], percent(found[when]["probability"])]
        for when in ("before", "after")
    ]
    print_table(["", "Predicted", "Probability"], rows, ["Probability"])
    print(found["sentence"])
    print(out)


def _position(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        row, column = (int(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' is no position: write it as 3,4", param_hint="--position"
        ) from None
    return row, column


def _levels(text: str) -> float:
    """`0.03` or `8/255`."""
    whole, slash, of = text.partition("/")
    try:
        return float(whole) / float(of) if slash else float(whole)
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(
            f"'{text}' is no number: write it as 0.03 or 8/255", param_hint="--epsilon"
        ) from None
