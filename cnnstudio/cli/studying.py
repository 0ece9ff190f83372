"""The data as a run's network sees it: embeddings, neighbours, mistakes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnstudio import study_tables
from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json
from cnnstudio.cli.explaining import Method, Settings
from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.explanations.chosen import settings_of, wish_of
from cnnstudio.interpret.samples.reductions import reductions

if TYPE_CHECKING:
    from cnnstudio.interpret.subject import Subject

REDUCTIONS = "; ".join(
    f"{one.kind} (--set {', '.join(f'{p.name}={p.default}' for p in one.parameters)})"
    for one in reductions.values()
)
Layer = Annotated[
    str | None, typer.Option(help="node to look at; by itself the last before the classifier")
]
Split = Annotated[str, typer.Option(help="train, validation or test")]
Samples = Annotated[int, typer.Option(min=2, help="how many images, evenly spread over the split")]
Pooling = Annotated[str, typer.Option(help="of maps: mean over positions, or flat for all values")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help=".png or .svg file to write")]


@app.command()
def embed(
    run: RunFolder,
    layer: Layer = None,
    method: Annotated[str, typer.Option(help=REDUCTIONS)] = "pca",
    split: Split = "test",
    samples: Samples = 500,
    pooling: Pooling = "mean",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="a parameter, such as perplexity=10")
    ] = None,
    checkpoint: Checkpoint = "best",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=".png, .svg, .csv or .npz file to write")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lay a split's images out in a plane by what a layer gives for them: near each other where the
    network sees alike. Tells how far the picture can be believed."""
    from cnnstudio.interpret.samples.embedding import embed as lay_out
    from cnnstudio.interpret.samples.embedding_files import SUFFIXES, write_embedding

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise ExplanationError(
            f"{out}: the suffix says what to write.", f"Use {', '.join(SUFFIXES)}."
        )
    found = lay_out(
        _subject(run, checkpoint), layer, method, split, samples, pooling, _tell,
        **settings_of(settings or []),
    )  # fmt: skip
    file = out or (None if as_json else Path("embedding.png"))
    if file is not None:
        write_embedding(found, file)
    if as_json:
        print_json(study_tables.embedding_facts(found))
    else:
        study_tables.print_embedding(found)
        print(file)


@app.command()
def neighbours(
    run: RunFolder,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="image file, or test:0, train:12")],
    layer: Layer = None,
    k: Annotated[int, typer.Option("-k", min=1, help="how many")] = 8,
    metric: Annotated[str, typer.Option(help="cosine or euclidean")] = "cosine",
    split: Annotated[str, typer.Option(help="where to look: train, validation or test")] = "train",
    samples: Samples = 1000,
    pooling: Pooling = "mean",
    checkpoint: Checkpoint = "best",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Find the images that a layer gives most nearly the same for as for this one."""
    from cnnstudio.interpret.figures.samples import neighbours_figure
    from cnnstudio.interpret.samples.neighbours import neighbours as find
    from cnnstudio.interpret.subject import read_reference

    subject = _subject(run, checkpoint)
    asked = read_reference(image)
    found = find(subject, asked, layer, k, metric, split, samples, pooling, _tell)
    if out is not None:
        neighbours_figure(subject, asked, found).save(out)
    if as_json:
        print_json(study_tables.neighbour_facts(found))
    else:
        study_tables.print_neighbours(found)
        if out is not None:
            print(out)


@app.command()
def mistakes(
    run: RunFolder,
    split: Split = "test",
    pair: Annotated[
        str | None, typer.Option(help="only those of one class taken for one, such as circle,ring")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="at most so many, the most confident")] = 24,
    method: Method = "gradcam",
    layer: Annotated[
        str | None, typer.Option(help="node to explain at; a good one by itself")
    ] = None,
    of: Annotated[
        str, typer.Option("--of", help="heat of the predicted class, the true one, or both")
    ] = "predicted",
    settings: Settings = None,
    checkpoint: Checkpoint = "best",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show the images that a run's network takes for another class, with what speaks for it."""
    from cnnstudio.interpret.figures.samples import mistakes_figure
    from cnnstudio.interpret.samples.mistakes import mistakes as find
    from cnnstudio.interpret.samples.mistakes import mistakes_in, recorded

    wish = wish_of(method, layer, settings=settings or [])
    subject = _subject(run, checkpoint)
    wanted = None if pair is None else _pair(subject, pair)
    known = recorded(run, checkpoint)
    if known is not None and known.split == split:
        found = mistakes_in(known, wanted, limit)
    else:
        found = find(subject, split, wanted, limit, _tell)
    if out is not None and len(found.rows):
        picture = mistakes_figure(
            subject, found, method, layer, of, progress=_tell, **dict(wish.parameters)
        )
        picture.save(out)
    if as_json:
        print_json(found.facts())
    else:
        study_tables.print_mistakes(found)
        if out is not None and len(found.rows):
            print(out)


def _subject(run: Path, checkpoint: str) -> Subject:
    from cnnstudio.interpret.subject import open_run

    return open_run(run, checkpoint)


def _pair(subject: Subject, text: str) -> tuple[int, int]:
    names = [part.strip() for part in text.split(",")]
    if len(names) != 2:
        raise ExplanationError(f"'{text}' is no pair.", "Write it as TRUE,PREDICTED.")
    count = len(subject.splits.classes)
    true, predicted = (subject.class_number(name, count) for name in names)
    return true, predicted


def _tell(share: float | None, text: str) -> None:
    """On one line of a terminal; elsewhere, such as a log, only the stages have lines."""
    if sys.stderr.isatty():
        end = "" if share is None or share < 1 else "\n"
        print(f"\r{text:<60}", end=end, file=sys.stderr, flush=True)
    elif share is None and text.endswith("…"):
        print(text, file=sys.stderr, flush=True)
