"""Commands about the augmentation: what there is, and what a project's looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import tables
from cnnstudio.cli.app import AsJson, ProjectFile, app, print_json, refuse_existing
from cnnstudio.graph import load


@app.command("augmentations")
def list_augmentations(as_json: AsJson = False) -> None:
    """List the steps that training images can go through, and the presets made of them."""
    from cnnstudio.data.augmentation.catalogue import augmentations
    from cnnstudio.data.augmentation.presets import PRESETS

    if as_json:
        kinds = [
            tables.layer_facts(kind) | {"probability": kind.probability}
            for kind in augmentations.values()
        ]
        presets = {
            name: [step.model_dump(mode="json") for step in preset.steps]
            for name, preset in PRESETS.items()
        }
        print_json({"steps": kinds, "presets": presets})
        return
    tables.print_layers(augmentations)
    print()
    rows = [[name, preset.text] for name, preset in PRESETS.items()]
    tables.print_table(["Preset", "What it does"], rows)
    print("\nUse one: cnnstudio train FILE --set data.augmentation=standard")


@app.command()
def augment(
    file: ProjectFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write")] = Path(
        "augmented.png"
    ),
    samples: Annotated[int, typer.Option(min=1, max=1000, help="how many images")] = 8,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="how many epochs of each")] = 4,
    first_epoch: Annotated[int, typer.Option(min=1, help="which epoch comes first")] = 1,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="a setting, such as data.augmentation=standard"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw training images, each beside what the first epochs will see of it, as one picture."""
    from cnnstudio.interpret.figures.sheet import augmentation_sheet, write_picture
    from cnnstudio.training.augmented import augment as augment_samples
    from cnnstudio.training.paths import with_settings

    refuse_existing(out, force)
    project = with_settings(load(file), settings or [])
    found = augment_samples(project, samples, epochs, first_epoch)
    write_picture(augmentation_sheet(found), out)
    if as_json:
        names = ("indices", "labels", "names", "captions")
        print_json({name: getattr(found, name) for name in names} | {"picture": str(out)})
    else:
        print(out)
