"""The page that reports share: its frame, figures, sections, tables and pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image

from cnnstudio import __version__

GENERATED = "Generated images: drawn by a program, not photographed"


def write_page(
    path: Path,
    title: str,
    description: Iterable[str],
    figures: Iterable[tuple[str, str]],
    sections: Iterable[str],
    generated: bool,
) -> None:
    """Writes a page. `description` are paragraphs, `figures` are (value, what it is); those
    without a value are left out."""
    template = resources.files("cnnstudio.report") / "page.html"
    shown = "".join(
        f"<div class='figure'><b>{escape(value)}</b><span>{escape(text)}</span></div>"
        for value, text in figures
        if value
    )
    note = f" {GENERATED}." if generated else ""
    path.write_text(
        Template(template.read_text(encoding="utf-8")).substitute(
            title=escape(title),
            description="".join(f"<p>{escape(part)}</p>" for part in description if part),
            badge=f"<div class='badge'>{GENERATED}</div>" if generated else "",
            figures=shown,
            sections="\n".join(sections),
            footer=f"Made by CNN Studio {__version__}.{note}",
        ),
        encoding="utf-8",
    )


def section(title: str, *parts: str, text: str = "") -> str:
    """A titled part of the page; `parts` are HTML, `text` is not."""
    told = f"<p>{escape(text)}</p>" if text else ""
    return f"<section>\n<h2>{escape(title)}</h2>\n{told}{''.join(parts)}\n</section>"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], words: int) -> str:
    """An HTML table; columns after the first `words` hold numbers."""

    def cells(values: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if index < words else ' class=number'}>{escape(value)}</{tag}>"
            for index, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    head = f"<thead><tr>{cells(columns, 'th')}</tr></thead>" if columns else ""
    return f"<div class='scroll'><table>{head}<tbody>{body}</tbody></table></div>"


def facts_table(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, values as long as they are."""
    body = "".join(
        f"<tr><td>{escape(name)}</td><td class=wrap>{escape(value)}</td></tr>"
        for name, value in rows
        if value
    )
    return f"<div class='scroll'><table><tbody>{body}</tbody></table></div>"


def confusion_table(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Counts by true class (rows) and by what was said (columns), shaded by share of the row."""
    head = "".join(f"<th class=number>{escape(name)}</th>" for name in classes)
    rows = []
    for name, row in zip(classes, counts, strict=True):
        total = sum(row) or 1
        cells = "".join(
            f"<td class='number{' hit' if classes[place] == name else ''}' "
            f"style='background:rgba(var(--cell), {0.55 * count / total:.2f})'>{count or ''}</td>"
            for place, count in enumerate(row)
        )
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    return (
        f"<div class='scroll'><table><thead><tr><th>True class</th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def picture(image: np.ndarray, text: str) -> str:
    """An image uint8 (H, W, 3), inside of the page."""
    return f"<img src='{data_url(image)}' alt='{escape(text, quote=True)}'>"


def data_url(image: np.ndarray) -> str:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(stream, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
