"""A figure's page drawn as an image, and written as SVG."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image, ImageDraw

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.figures.page import Bar, Page, Raster, Text, font

PAPER, INK, FAINT = "#ffffff", "#1b1f24", "#57606a"
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
FAMILY = "DejaVu Sans, Verdana, sans-serif"
STOPS = 16


def drawn(page: Page) -> Image.Image:
    """The page as an RGB image."""
    canvas = Image.new("RGB", (page.width, page.height), PAPER)
    pen = ImageDraw.Draw(canvas)
    for part in page.parts:
        if isinstance(part, Raster):
            canvas.paste(_enlarged(part), (part.left, part.top))
        elif isinstance(part, Bar):
            levels = np.linspace(0, 255, part.width).round().astype(np.uint8)
            row = Image.fromarray(colour_maps[part.colour_map][levels][None])
            canvas.paste(row.resize((part.width, part.height)), (part.left, part.top))
        else:
            place = part.left, part.base
            color = FAINT if part.faint else INK
            pen.text(place, part.text, color, font(part.size), ANCHORS[part.anchor])
    return canvas


def png_bytes(page: Page) -> bytes:
    return _png(drawn(page))


def svg_text(page: Page) -> str:
    """The page as a document of its own: pixels embedded, texts as text."""
    maps = sorted({part.colour_map for part in page.parts if isinstance(part, Bar)})
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{page.width}" height="{page.height}" '
        f'viewBox="0 0 {page.width} {page.height}" font-family="{FAMILY}">',
        f'<rect width="{page.width}" height="{page.height}" fill="{PAPER}"/>',
        *(_gradient(name) for name in maps),
        *(_element(part) for part in page.parts),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _enlarged(part: Raster) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(part.pixels))
    shrinks = part.width < image.width or part.height < image.height
    nearest = not part.smooth and not shrinks
    how = Image.Resampling.NEAREST if nearest else Image.Resampling.BICUBIC
    return image.resize((part.width, part.height), how)


def _element(part: Raster | Bar | Text) -> str:
    if isinstance(part, Text):
        return (
            f'<text x="{part.left:g}" y="{part.base:g}" font-size="{part.size:g}" '
            f'fill="{FAINT if part.faint else INK}" text-anchor="{part.anchor}">'
            f"{escape(_printable(part.text))}</text>"
        )
    place = f'x="{part.left}" y="{part.top}" width="{part.width}" height="{part.height}"'
    if isinstance(part, Bar):
        return f'<rect {place} fill="url(#{part.colour_map})"/>'
    content = base64.b64encode(_png(Image.fromarray(np.ascontiguousarray(part.pixels)))).decode()
    pixelated = "" if part.smooth else ' style="image-rendering: pixelated"'
    return (
        f'<image {place} preserveAspectRatio="none"{pixelated} '
        f'href="data:image/png;base64,{content}"/>'
    )


def _gradient(name: str) -> str:
    table = colour_maps[name]
    stops = "".join(
        f'<stop offset="{stop / STOPS:g}" stop-color="rgb({red},{green},{blue})"/>'
        for stop, (red, green, blue) in enumerate(table[np.arange(STOPS + 1) * 255 // STOPS])
    )
    return f'<defs><linearGradient id="{name}">{stops}</linearGradient></defs>'


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG", optimize=False)
    return content.getvalue()


def _printable(text: str) -> str:
    """XML has no place for control characters, not even escaped."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
