"""An embedding as a file: a picture (PNG, SVG), a table (CSV) or arrays (NPZ)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.graph.file import write_atomically
from cnnstudio.interpret.figures.class_marks import color_of, shape_of
from cnnstudio.interpret.samples.embedding import Embedding
from cnnstudio.interpret.samples.reductions import reductions

SIDE, MARGIN, LEGEND, ROW = 720, 24, 200, 22
RADIUS = 4.0
TEXT = 13
SUFFIXES = (".png", ".svg", ".csv", ".npz")
INK, GROUND = "#14181f", "#ffffff"
FINER = 3  # a PNG is drawn so many times as large, and made smaller


@dataclass(frozen=True)
class Drawn:
    """A picture's parts in pixels: marks (x, y, class), legend rows, and the text below."""

    marks: list[tuple[float, float, int]]
    legend: list[tuple[int, str]]
    below: list[str]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        plot = SIDE + 2 * MARGIN
        height = max(plot, 2 * MARGIN + ROW * len(self.legend)) + ROW * len(self.below)
        return plot + LEGEND, height + MARGIN


def write_embedding(found: Embedding, out: Path) -> None:
    """Writes the file that the suffix of `out` names."""
    match out.suffix.lower():
        case ".png":
            _write(out, lambda: _png(drawn(found)).save(out))
        case ".svg":
            _write(out, lambda: write_atomically(out, svg(drawn(found))))
        case ".csv":
            _write(out, lambda: write_atomically(out, table(found)))
        case ".npz":
            _write(out, lambda: _write_arrays(found, out))
        case _:
            raise ExplanationError(
                f"{out}: the suffix says what to write.", f"Use {', '.join(SUFFIXES)}."
            )


def drawn(found: Embedding) -> Drawn:
    """Points in a square, larger y upwards, both axes on one scale; classes that are there."""
    said = found.features.said
    low, high = found.points.min(axis=0), found.points.max(axis=0)
    span = float((high - low).max()) or 1.0
    shifted = (found.points - (low + high) / 2) / span
    places = MARGIN + SIDE * (0.5 + shifted * (1, -1))
    marks = [
        (float(x), float(y), int(label)) for (x, y), label in zip(places, said.labels, strict=True)
    ]
    there = sorted({int(label) for label in said.labels})
    title = reductions[found.method].title
    below = [f"{title} of {found.features.layer}: {found.features.how}.", found.note]
    if found.belief is not None:
        below.append(found.belief.sentence)
    return Drawn(marks, [(number, said.classes[number]) for number in there], below)


def svg(picture: Drawn) -> str:
    """The picture as SVG, each mark a shape with its class as title."""
    width, height = picture.size
    names = dict(picture.legend)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="{TEXT}">',
        f'<rect width="{width}" height="{height}" fill="{GROUND}"/>',
    ]
    for number, _ in picture.legend:
        shapes = "".join(_svg_mark(x, y, label) for x, y, label in picture.marks if label == number)
        parts.append(
            f'<g fill="{color_of(number)}" fill-opacity="0.8">'
            f"<title>{escape(names[number])}</title>{shapes}</g>"
        )
    for number, name, x, y in _legend_places(picture):
        parts.append(f'<g fill="{color_of(number)}">{_svg_mark(x, y, number)}</g>')
        parts.append(f'<text x="{x + 14}" y="{y + 5}" fill="{INK}">{escape(name)}</text>')
    for text, x, y in _text_places(picture):
        parts.append(f'<text x="{x}" y="{y + TEXT}" fill="{INK}">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def table(found: Embedding) -> str:
    """A row for each sample: index, name, x, y, class, predicted, confidence."""
    said = found.features.said
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["index", "name", "x", "y", "class", "predicted", "confidence"])
    for row, (x, y) in enumerate(found.points):
        known = said.predicted is not None and said.confidence is not None
        writer.writerow([
            int(said.indexes[row]), said.names[row], repr(float(x)), repr(float(y)),
            said.classes[said.labels[row]],
            said.classes[said.predicted[row]] if said.predicted is not None else "",
            f"{said.confidence[row]:.6f}" if known and said.confidence is not None else "",
        ])  # fmt: skip
    return text.getvalue()


def _write_arrays(found: Embedding, out: Path) -> None:
    said = found.features.said
    arrays = {
        "points": found.points,
        "features": found.features.values,
        "indexes": said.indexes,
        "labels": said.labels,
        "classes": np.array(said.classes),
        "names": np.array(said.names),
    }
    if said.predicted is not None and said.confidence is not None:
        arrays |= {"predicted": said.predicted, "confidence": said.confidence}
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]


def _png(picture: Drawn) -> Image.Image:
    width, height = picture.size
    large = Image.new("RGB", (width * FINER, height * FINER), GROUND)
    pen = ImageDraw.Draw(large)
    for x, y, label in [
        *picture.marks,
        *[(x, y, number) for number, _, x, y in _legend_places(picture)],
    ]:
        _draw_mark(pen, x, y, label)
    small = large.resize((width, height), Image.Resampling.LANCZOS)
    pen, font = ImageDraw.Draw(small), ImageFont.load_default(TEXT)
    for _, name, x, y in _legend_places(picture):
        pen.text((x + 14, y), name, INK, font, anchor="lm")
    for text, x, y in _text_places(picture):
        pen.text((x, y), text, INK, font)
    return small


def _legend_places(picture: Drawn) -> list[tuple[int, str, float, float]]:
    left = SIDE + 2 * MARGIN + 12
    return [
        (number, name, left, MARGIN + ROW * (row + 0.5))
        for row, (number, name) in enumerate(picture.legend)
    ]


def _text_places(picture: Drawn) -> list[tuple[str, float, float]]:
    top = picture.size[1] - MARGIN / 2 - ROW * len(picture.below)
    return [(text, MARGIN, top + ROW * row) for row, text in enumerate(picture.below)]


def _draw_mark(pen: ImageDraw.ImageDraw, x: float, y: float, label: int) -> None:
    scale = RADIUS * FINER
    x, y = x * FINER, y * FINER
    outline = shape_of(label)
    if outline:
        corners = [(x + scale * dx, y + scale * dy) for dx, dy in outline]
        pen.polygon(corners, fill=color_of(label))
    else:
        pen.ellipse((x - scale, y - scale, x + scale, y + scale), fill=color_of(label))


def _svg_mark(x: float, y: float, label: int) -> str:
    outline = shape_of(label)
    if not outline:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}"/>'
    corners = " ".join(f"{x + RADIUS * dx:.1f},{y + RADIUS * dy:.1f}" for dx, dy in outline)
    return f'<polygon points="{corners}"/>'


def _write(out: Path, write: Callable[[], None]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write()
    except (OSError, ValueError) as error:
        raise ExplanationError(
            f"{out} can't be written: {error}.", "Choose another --out."
        ) from None
