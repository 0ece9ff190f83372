"""What a run's network saw over time, and what two see side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cnnstudio import explanation_tables
from cnnstudio.cli.app import AsJson, Checkpoint, RunFolder, app, print_json, refuse_existing
from cnnstudio.cli.explaining import Layer, Method, Settings, Target
from cnnstudio.interpret.explanations.chosen import wish_of
from cnnstudio.training.moments import snapshot_bytes
from cnnstudio.training.rundir import RunDirectory


@app.command()
def history(
    run: RunFolder,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="image file, or test:0, …")],
    method: Method = "gradcam",
    layer: Layer = None,
    target: Target = None,
    settings: Settings = None,
    maps: Annotated[
        str | None, typer.Option(help="a node whose first feature maps are shown too")
    ] = None,
    filters: Annotated[
        str | None, typer.Option(help="a convolution whose filters are shown too")
    ] = None,
    most: Annotated[
        int | None, typer.Option("--moments", min=1, help="at most so many; all by itself")
    ] = None,
    per_second: Annotated[float, typer.Option(help="frames a second")] = 6.0,
    width: Annotated[int, typer.Option(help="of a frame, in pixels")] = 960,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="animation to write, .gif or .mp4")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an existing file")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow one image over a run: what the network said of it at each moment that was kept, and,
    as an animation, where it looked."""
    from cnnstudio.interpret.over_time.animation import check_name
    from cnnstudio.interpret.over_time.history import history as look_back

    if out is not None:
        check_name(out)
        refuse_existing(out, force)
    wish = wish_of(method, layer, target, None, settings or [])
    with _progress() as tell:
        found = look_back(
            run, image, wish.method if out is not None else None, wish.target, wish.layer,
            maps=maps, filters=filters, most=most, progress=tell, **dict(wish.parameters),
        )  # fmt: skip
        if out is not None:
            found.save(out, per_second, width, tell)
    if as_json:
        print_json(found.rows())
    else:
        explanation_tables.print_history(found.rows())
        kept = RunDirectory(run)
        if number := len(kept.snapshots()):
            print(f"{number} snapshots take {snapshot_bytes(kept) / 1e6:.1f} MB.")
        if out is not None:
            print(out)


@app.command(name="compare-runs")
def compare_runs(
    first: Annotated[Path, typer.Argument(metavar="RUN1", help="folder of a run")],
    second: Annotated[Path, typer.Argument(metavar="RUN2", help="another one, or the same again")],
    images: Annotated[
        list[str] | None, typer.Argument(metavar="[IMAGE]...", help="image files, or test:0, …")
    ] = None,
    method: Method = "gradcam",
    layer: Layer = None,
    target: Target = None,
    settings: Settings = None,
    checkpoint: Checkpoint = "best",
    second_checkpoint: Annotated[
        str | None, typer.Option(help="of RUN2, such as step-000012; as that of RUN1 by itself")
    ] = None,
    differing: Annotated[
        str | None,
        typer.Option(help="instead, list what the two decide differently of a split, such as test"),
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write, .png or .svg")] = Path(
        "compared.png"
    ),
    as_json: AsJson = False,
) -> None:
    """Show two runs, or one at two moments, side by side on the same images: what each says, where
    it looks, and the difference. With --differing, which images they decide differently."""
    from cnnstudio.interpret import side_by_side

    if differing is not None:
        _list_differing(first, second, checkpoint, second_checkpoint, differing, as_json)
        return
    if not images:
        raise typer.BadParameter("name an image, or --differing test", param_hint="IMAGE")
    wish = wish_of(method, layer, target, None, settings or [])
    found = side_by_side.compare_runs(
        first, second, images, wish.method, wish.target, wish.layer,
        checkpoint=checkpoint, second_checkpoint=second_checkpoint, **dict(wish.parameters),
    )  # fmt: skip
    names = _names(first, second, checkpoint, second_checkpoint or checkpoint)
    told = _captioned(first, second, checkpoint, second_checkpoint or checkpoint)
    caption = side_by_side.beside_caption(found, wish.method, told)
    side_by_side.beside_figure(found, names, caption).save(out)
    if as_json:
        print_json([one.to_json() for one in found])
    else:
        explanation_tables.print_beside(names, [one.to_json() for one in found])
        print(out)


def _list_differing(
    first: Path, second: Path, checkpoint: str, other: str | None, split: str, as_json: bool
) -> None:
    from cnnstudio.interpret.side_by_side import differing
    from cnnstudio.interpret.subject import open_run

    one, two = open_run(first, checkpoint), open_run(second, other or checkpoint)
    with _progress() as tell:
        found = differing(one, two, split, tell)
    rows = [
        {
            "image": f"{split}:{index}", "class": found.classes[label],
            "first": found.classes[a], "second": found.classes[b],
        }
        for index, label, a, b in zip(
            found.indexes, found.labels, *found.predicted, strict=True
        )
    ]  # fmt: skip
    if as_json:
        print_json({"total": found.total, "right": list(found.right), "differing": rows})
    else:
        explanation_tables.print_differing(found.total, found.right, rows)


def _names(first: Path, second: Path, one: str, two: str) -> tuple[str, str]:
    """What tells them apart: the runs, or of one run the checkpoints."""
    if first.resolve() == second.resolve():
        return one, two
    names = first.resolve().name, second.resolve().name
    return names if names[0] != names[1] else (f"{names[0]} 1", f"{names[1]} 2")


def _captioned(first: Path, second: Path, one: str, two: str) -> tuple[str, str]:
    """`run first (best)` of each."""
    pairs = (first, one), (second, two)
    return tuple(f"run {run.resolve().name} ({checkpoint})" for run, checkpoint in pairs)  # type: ignore[return-value]


@contextmanager
def _progress() -> Iterator[Callable[[float | None, str], None]]:
    """A bar on stderr while something takes its time."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share, text: bar.update(task, completed=share or 0.0, description=text)
