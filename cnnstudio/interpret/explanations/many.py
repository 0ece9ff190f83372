"""Explaining images of a run: a few as one picture, or a folder of them as files and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnstudio.graph import DataError, ExplanationError
from cnnstudio.graph.file import write_atomically
from cnnstudio.interpret.explanations.chosen import Wish
from cnnstudio.interpret.explanations.explain import Explanation, contrast, explanation
from cnnstudio.interpret.explanations.methods import method_named
from cnnstudio.interpret.figures.figure import WIDTH, Figure, Panel
from cnnstudio.interpret.figures.making import heat_figure
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.several_images import images_in, name_of, several
from cnnstudio.interpret.subject import Reference, Subject, open_run
from cnnstudio.interpret.trust.scorecard import Scorecard, trust
from cnnstudio.training.twin import twin_of

MOST_ROWS = 100  # of images in one picture
TABLE = "explanations.csv"
COLUMNS = ("image", "picture", "predicted", "probability", "explained", "against", "method",
           "layer", "lowest", "highest", "hottest_x", "hottest_y", "problem")  # fmt: skip


@dataclass(frozen=True)
class Explained:
    """One image's row, and its pictures from left to right: itself, then its heat."""

    row: dict[str, Any]
    panels: list[Panel]
    reason: str


def explain_images(
    run: Path, checkpoint: str, images: Sequence[str], wish: Wish, out: Path, width: int = WIDTH
) -> list[dict[str, Any]]:
    """Explains images (files, `test:0`, `test:0-9`) with a run's network and writes one picture,
    .png or .svg, so many pixels wide.

    Returns for each image its name, the predicted class with its probability, the class that is
    explained, the layer and why it is the one.
    """
    subject = open_run(run, checkpoint)
    listed = several(subject, images)
    if len(listed) > MOST_ROWS:
        raise ExplanationError(
            f"{len(listed):,} images are too many for one picture.",
            f"Name at most {MOST_ROWS}, such as test:0-{MOST_ROWS - 1}, or a folder alone.",
        )
    found = [_explained(subject, name_of(one), one, wish) for one in listed]
    _figure(found, run, checkpoint).save(out, width)
    return [one.row | {"reason": one.reason} for one in found]


def explain_folder(
    run: Path,
    checkpoint: str,
    folder: Path,
    wish: Wish,
    out: Path,
    width: int = WIDTH,
    tell: Callable[[int, int, str], None] = lambda done, all, name: None,
) -> list[dict[str, Any]]:
    """Explains all images under a folder: a PNG for each in `out`, named alike (with `.png` behind
    the whole name where two would be one, or would lie on an image), and a CSV table.

    An image that can't be read has a row with the problem. `tell(done, all, name)` is called after
    each. Returns the rows.
    """
    files = images_in(folder)
    subject = open_run(run, checkpoint)
    rows: list[dict[str, Any]] = []
    taken = {file.resolve() for file in files}
    for number, file in enumerate(files, 1):
        name = file.relative_to(folder)
        try:
            found = _explained(subject, str(name), file, wish)
        except DataError as error:
            rows.append({"image": str(name), "problem": error.message})
        else:
            picture = _picture_name(name, out, taken)
            _make_folder((out / picture).parent)
            _figure([found], run, checkpoint).save(out / picture, width)
            rows.append(found.row | {"picture": str(picture)})
        tell(number, len(files), str(name))
    _make_folder(out)
    write_atomically(out / TABLE, _table(rows))
    return rows


def trust_images(
    run: Path, checkpoint: str, images: Sequence[str], wish: Wish, only: Sequence[str]
) -> Scorecard:
    """The scorecard of a method for a run's network and some images, `only` some checks of it.

    The run's twin, trained on shuffled labels, is used if it is there.
    """
    subject = open_run(run, checkpoint)
    pictures = [subject.picture(one) for one in several(subject, images)]
    batch = torch.stack([picture.tensor for picture in pictures])
    classes = probabilities(subject.model, batch[:1]).shape[1]
    target = None if wish.target is None else subject.class_number(wish.target, classes)
    layer = None if wish.layer is None else subject.node(wish.layer)
    truths = [picture.truth for picture in pictures]
    return trust(
        subject.model, batch, wish.method, target, layer,
        truths=truths, twin=twin_model(run), only=only, **dict(wish.parameters),
    )  # fmt: skip


def twin_model(run: Path | str) -> nn.Module | None:
    """The network of a run's finished twin, as it was at the end; None if there is none."""
    twin = twin_of(run)
    if not twin.exists() or twin.status().state != "finished":
        return None
    return open_run(twin.path, "last").model


def _explained(subject: Subject, name: str, image: Reference, wish: Wish) -> Explained:
    picture = subject.picture(image)
    batch = picture.tensor[None]
    chances = probabilities(subject.model, batch)[0]
    names = subject.class_names(len(chances))
    target, against = (
        None if text is None else subject.class_number(text, len(chances))
        for text in (wish.target, wish.against)
    )
    if target is not None and target == against:  # once by name, once by number
        raise ExplanationError(
            f"'{names[target]}' can't be set against itself.", "Choose another class for --against."
        )
    layer = None if wish.layer is None else subject.node(wish.layer)
    parameters = dict(wish.parameters)
    if against is None:
        first = explanation(subject.model, batch, wish.method, target, layer, **parameters)
        shown = [first.heat[0]]
    else:
        two = contrast(subject.model, batch, against, wish.method, target, layer, **parameters)
        first = two.first
        shown = [first.heat[0], two.second.heat[0], two.difference[0]]
    predicted = int(chances.argmax())
    row = {
        "image": name,
        "predicted": names[predicted],
        "probability": float(chances[predicted]),
        "explained": names[first.targets[0]],
        "against": None if against is None else names[against],
        "method": wish.method,
        "layer": first.layer,
        **_numbers(shown[-1]),
    }
    classes = [row["explained"], *([row["against"]] if row["against"] else [])]
    signed = method_named(wish.method).signed
    panels = [Panel(picture.image, f"{name}: {row['predicted']}", smooth=True)]
    if against == first.targets[0]:  # as may be where the class is the one that is said
        panels += heat_figure(picture.image, shown[0], classes=classes, signed=signed).panels
        nothing = np.full_like(picture.image, 255)
        panels += [Panel(nothing, "the same class"), Panel(nothing, "no difference")]
        said = f"{name} is taken for {row['against']} itself: there is nothing to set against it."
        return Explained(row, panels, said)
    panels += heat_figure(picture.image, *shown[:2], classes=classes, signed=signed).panels
    return Explained(row, panels, _reason(first))


def _figure(found: Sequence[Explained], run: Path, checkpoint: str) -> Figure:
    """A row for each image, and what made the heat below."""
    row = found[0].row
    layer = f" at {row['layer']}" if row["layer"] else ""
    title = method_named(row["method"]).title
    panels = tuple(panel for one in found for panel in one.panels)
    caption = f"{title}{layer}: run {Path(run).absolute().name} ({checkpoint})."
    return Figure(panels, caption, columns=len(found[0].panels))


def _numbers(heat: np.ndarray) -> dict[str, Any]:
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    return {
        "lowest": float(heat.min()),
        "highest": float(heat.max()),
        "hottest_x": int(column),
        "hottest_y": int(row),
    }


def _reason(found: Explanation) -> str:
    return " ".join(text for text in (found.reason, found.note) if text)


def _picture_name(image: Path, out: Path, taken: set[Path]) -> Path:
    """`d0.png` for `d0.jpg`, unless that is `taken`; takes the name."""
    name = image.with_suffix(".png")
    if (out / name).resolve() in taken:
        name = image.with_name(f"{image.name}.png")
    taken.add((out / name).resolve())
    return name


def _table(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if row.get(name) is None else row[name] for name in row}
                     for row in rows)  # fmt: skip
    return text.getvalue()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExplanationError(
            f"{folder} can't be made: {error.strerror or error}.", "Choose another --out."
        ) from None
