"""Feature maps and single units of a run's network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.units.order import SORTS
from cnnstudio.tables import percent, print_table

if TYPE_CHECKING:
    from cnnstudio.interpret.units.unit import Unit

Samples = Annotated[int, typer.Option(min=1, help="how many of the split are scanned at most")]
Split = Annotated[str, typer.Option(help="the samples that are scanned: train, validation or test")]


@app.command()
def maps(
    run: RunFolder,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="image file, or test:0, train:12")],
    layer: Annotated[str, typer.Option(help="the node whose output is shown")],
    sort: Annotated[str, typer.Option(help=", ".join(SORTS))] = "index",
    target: Annotated[
        str | None, typer.Option("--class", help="of --sort importance; the predicted one")
    ] = None,
    colour_map: Annotated[str, typer.Option("--map", help=", ".join(colour_maps))] = "viridis",
    common: Annotated[bool, typer.Option("--common", help="one scale for all maps")] = False,
    limit: Annotated[int, typer.Option(min=1, help="how many units at most")] = 64,
    split: Split = "test",
    samples: Samples = 1000,
    checkpoint: Checkpoint = "best",
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write, .png or .svg")] = Path(
        "maps.png"
    ),
    as_json: AsJson = False,
) -> None:
    """Show a layer's feature maps for an image, sorted by index, mean activation, class selectivity
    (over a split) or importance for a class."""
    from cnnstudio.interpret.subject import open_run
    from cnnstudio.interpret.units.sheets import sorted_figure, sorted_maps

    found = sorted_maps(
        open_run(run, checkpoint), image, layer, sort, target, split, samples, _tell
    )  # fmt: skip
    figure = sorted_figure(found, layer, common, colour_map, limit, image)
    figure.save(out)
    if as_json:
        shown = found.order[:limit]
        values = None if found.values is None else [float(found.values[unit]) for unit in shown]
        print_json({"layer": layer, "sort": sort, "units": shown, "values": values,
                    "of": len(found.maps), "picture": str(out)})  # fmt: skip
    else:
        print(out)


@app.command()
def unit(
    run: RunFolder,
    layer: Annotated[str, typer.Option(help="the node that the unit belongs to")],
    number: Annotated[int, typer.Option("--unit", min=0, help="which one, from 0")],
    ablate: Annotated[
        bool, typer.Option("--ablate", help="also tell how the split is classified without it")
    ] = False,
    fill: Annotated[str, typer.Option(help="what is put in its place: zero or mean")] = "zero",
    split: Split = "test",
    samples: Samples = 1000,
    count: Annotated[int, typer.Option(min=1, max=16, help="how many samples are shown")] = 9,
    checkpoint: Checkpoint = "best",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="picture to write, .png or .svg")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell of one unit: what it sees of the image, its filter, the samples that excite it most, and
    how accurate the network is without it."""
    from cnnstudio.interpret.subject import open_run
    from cnnstudio.interpret.units.sheets import unit_facts, unit_figure
    from cnnstudio.interpret.units.unit import unit as unit_of

    chosen = unit_of(open_run(run, checkpoint), layer, number)
    facts = unit_facts(chosen, split, samples, count, _tell)
    if ablate:
        facts["ablation"] = _without(chosen, split, samples, fill)
    if out is not None:
        unit_figure(chosen, split, samples, count).save(out)
        facts["picture"] = str(out)
    if as_json:
        print_json(facts)
    else:
        _print(facts)


def _without(chosen: Unit, split: str, samples: int, fill: str) -> dict[str, Any]:
    found = chosen.ablate_split(split, samples, fill, _tell)
    names = chosen.subject.class_names(len(found.by_class_before))
    change = found.by_class_after - found.by_class_before
    return {
        "fill": fill,
        "samples": found.samples,
        "before": found.before,
        "after": found.after,
        "by_class": {
            name: float(one) for name, one in zip(names, change, strict=True) if one == one
        },
    }


def _print(facts: dict[str, Any]) -> None:
    from cnnstudio.interpret.units.sheets import answers_to

    height, width = facts["field"]
    print(f"Unit {facts['unit']} of {facts['layer']}")
    mapped = facts["positions"] > 0
    middle = " from the middle of its map" if mapped else ""
    print(f"  sees {height}×{width} pixels of the image{middle}")
    print(f"  {answers_to(facts)}, mean {facts['mean']:.3g}, over {facts['scanned']:,} images")
    if facts["filter"] is not None:
        shape = "×".join(map(str, facts["filter"]["shape"]))
        print(f"  is made by {shape} weights of {facts['filter']['layer']}")
    print_table(
        ["Image", "Class", "Value", *(["At"] if mapped else []), "Sees rows", "columns"],
        [
            [one["image"], one["class"], f"{one['value']:.3g}",
             *([", ".join(map(str, one["position"]))] if mapped else []),
             f"{one['box'][0]}–{one['box'][2] - 1}", f"{one['box'][1]}–{one['box'][3] - 1}"]
            for one in facts["top"]
        ],
    )  # fmt: skip
    if "ablation" in facts:
        found = facts["ablation"]
        print(
            f"Without it (set to {found['fill']}), {percent(found['after'])} of "
            f"{found['samples']:,} images are right instead of {percent(found['before'])}."
        )
        worst = min(found["by_class"], key=found["by_class"].get)
        if found["by_class"][worst] < 0:
            print(f"Most is lost for {worst}: {100 * found['by_class'][worst]:+.1f} points.")
    if "picture" in facts:
        print(facts["picture"])


def _tell(share: float | None, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="\n" if share == 1.0 else "", file=sys.stderr, flush=True)
