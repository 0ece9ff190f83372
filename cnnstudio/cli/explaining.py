"""Why a network says what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cnnstudio import explanation_tables
from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.chosen import wish_of

if TYPE_CHECKING:
    from cnnstudio.interpret.explanations.chosen import Wish

Method = Annotated[str, typer.Option(help="one that `cnnstudio methods` lists")]
Layer = Annotated[str | None, typer.Option(help="node to explain at; a good one by itself")]
Target = Annotated[
    str | None, typer.Option("--class", help="class by name or number; the predicted one")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="a parameter of the method, such as steps=100")
]
Images = Annotated[
    list[str], typer.Argument(metavar="IMAGE...", help="image files, or test:0, train:12, …")
]


@app.command()
def methods(as_json: AsJson = False) -> None:
    """List the ways to explain a network's answer, with what each needs and costs."""
    from cnnstudio.interpret.explanations.methods import methods as declared

    if as_json:
        print_json([explanation_tables.method_facts(one) for one in declared.values()])
    else:
        explanation_tables.print_methods(declared.values())


@app.command()
def explain(
    run: RunFolder,
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...", help="image files, or test:0, train:12, …; or one folder of images"
        ),
    ],
    method: Method = "gradcam",
    layer: Layer = None,
    target: Target = None,
    against: Annotated[
        str | None, typer.Option(help="another class: both, and the difference")
    ] = None,
    settings: Settings = None,
    checkpoint: Checkpoint = "best",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="picture to write, .png or .svg; of a folder the folder"),
    ] = None,
    width: Annotated[int, typer.Option(help="of the picture, in pixels")] = 1024,
    as_json: AsJson = False,
) -> None:
    """Show where a run's network looks: each image beside its heatmap, as one picture. Of a folder:
    a picture for each image, and a table of them."""
    wish = wish_of(method, layer, target, against, settings or [])
    if any(Path(image).is_dir() for image in images):
        _explain_folder(run, checkpoint, images, wish, out or Path("explanations"), width, as_json)
        return
    from cnnstudio.interpret.explanations.many import explain_images

    picture = out or Path("explanation.png")
    found = explain_images(run, checkpoint, images, wish, picture, width)
    if as_json:
        print_json(found)
    else:
        explanation_tables.print_explanations(found)
        print(picture)


@app.command()
def trust(
    run: RunFolder,
    images: Images,
    method: Method = "gradcam",
    layer: Layer = None,
    target: Target = None,
    settings: Settings = None,
    only: Annotated[
        list[str] | None, typer.Option("--check", help="only this check; may be given again")
    ] = None,
    train_twin: Annotated[
        bool,
        typer.Option(
            "--train-twin",
            help="first train the same network on shuffled labels, beside the run, for the check "
            "'labels'",
        ),
    ] = False,
    checkpoint: Checkpoint = "best",
    as_json: AsJson = False,
) -> None:
    """Check whether a method's explanations of some images can be trusted: a scorecard. Takes some
    seconds an image and check, and longer with a slow method."""
    from cnnstudio.interpret.explanations.many import trust_images

    wish = wish_of(method, layer, target, None, settings or [])
    if train_twin:
        _train_twin(run)
    found = trust_images(run, checkpoint, images, wish, only or [])
    if as_json:
        print_json(found.to_json())
        return
    explanation_tables.print_scorecard(found)
    if any(one.check == "labels" and one.value is None for one in found.results):
        print("For 'Label randomisation', train the network's twin: add --train-twin.")


def _train_twin(run: Path) -> None:
    """Trains the run's twin, or goes on with it; nothing where it is finished."""
    from cnnstudio.training.rundir import RunDirectory
    from cnnstudio.training.train import train
    from cnnstudio.training.twin import twin_of, twin_project

    project, twin = RunDirectory(run).project(), twin_of(run)
    begun = twin.exists()
    if begun and twin.status().state == "finished":
        return

    def tell(event: dict[str, Any]) -> None:
        if event["type"] == "epoch":
            share = f"epoch {event['epoch']} of {project.training.epochs}"
            print(f"Training on shuffled labels: {share}", file=sys.stderr)

    train(None if begun else twin_project(project), twin.path, resume=begun, on_event=tell)


def _explain_folder(
    run: Path,
    checkpoint: str,
    images: list[str],
    wish: Wish,
    out: Path,
    width: int,
    as_json: bool,
) -> None:
    from cnnstudio.interpret.explanations.many import TABLE, explain_folder

    if len(images) > 1:
        raise ExplanationError("There is a folder among several images.", "Name it alone.")

    def tell(done: int, all: int, name: str) -> None:
        print(f"{done} of {all}: {name}", file=sys.stderr)

    rows = explain_folder(run, checkpoint, Path(images[0]), wish, out, width, tell)
    if as_json:
        print_json(rows)
        return
    explanation_tables.print_folder(rows)
    print(out / TABLE)
