"""The report: one HTML file with its pictures inside, readable in light and dark."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np
from PIL import Image

from cnnstudio import __version__
from cnnstudio.compiler.report import Report
from cnnstudio.demo.curves import DARK, LIGHT, draw_curves
from cnnstudio.demo.findings import Explained, Findings, NodeMaps
from cnnstudio.tables import memory, percent, quantity, shapes_text
from cnnstudio.training.run import Run


def write_page(path: Path, run: Run, report: Report, findings: Findings) -> None:
    """Writes the report. Nothing in it is loaded from elsewhere."""
    template = resources.files("cnnstudio.demo") / "page.html"
    path.write_text(
        Template(template.read_text(encoding="utf-8")).substitute(
            name=escape(run.project.name),
            description=escape(run.project.description),
            version=__version__,
            figures=_figures(run, report, findings),
            curves=_curves(run),
            heat_text=_heat_text(findings),
            heatmaps="".join(map(_explained, findings.explained)),
            maps="".join(map(_node, findings.nodes)),
            layers=_layers(run, report),
            confusion=_confusion(run),
        ),
        encoding="utf-8",
    )


def _figures(run: Run, report: Report, findings: Findings) -> str:
    told = [
        (percent(run.test.get("accuracy")), "test accuracy"),
        (percent(findings.heat_inside), "of the heat on the object"),
        (quantity(report.parameters), "parameters"),
        (quantity(report.macs), "multiply-adds an image"),
        (memory(report.activation_bytes), "activations an image"),
    ]
    return "".join(
        f"<div class='figure'><b>{escape(value)}</b><span>{escape(text)}</span></div>"
        for value, text in told
        if value
    )


def _curves(run: Run) -> str:
    light, dark = (_data(draw_curves(run.metrics, palette)) for palette in (LIGHT, DARK))
    return (
        f"<picture><source srcset='{dark}' media='(prefers-color-scheme: dark)'>"
        f"<img class='wide' src='{light}' alt='Loss and accuracy of train and validation by epoch'>"
        "</picture>"
    )


def _heat_text(findings: Findings) -> str:
    text = f"Grad-CAM for the predicted class. {findings.reason}"
    if findings.heat_inside is not None:
        text += (
            f" The white outline is the object's true shape. Over {findings.judged} test images "
            f"{percent(findings.heat_inside)} of the heat lies on the object, which covers "
            f"{percent(findings.area_inside)} of the image."
        )
    return escape(text)


def _explained(one: Explained) -> str:
    right = one.label == one.predicted
    verdict = one.predicted if right else f"{one.predicted}, not {one.label}"
    inside = "" if one.heat_inside is None else f" · {percent(one.heat_inside)} on the object"
    return (
        f"<figure class='{'right' if right else 'wrong'}'><div class='pair'>"
        f"{_image(one.image, one.label)}{_image(one.heat, f'where it looked: {one.predicted}')}"
        f"</div><figcaption><b>{escape(verdict)}</b> {percent(one.probability)}{inside}"
        "</figcaption></figure>"
    )


def _node(node: NodeMaps) -> str:
    return (
        f"<figure>{_image(node.mosaic, f'feature maps of {node.name}')}"
        f"<figcaption><b>{escape(node.name)}</b> {shapes_text(node.shape)}</figcaption></figure>"
    )


def _layers(run: Run, report: Report) -> str:
    network = run.project.network
    rows = []
    for node in map(network.node, network.topological()):
        cost = report.nodes.get(node.name)
        numbers = [quantity(cost.parameters), quantity(cost.macs)] if cost else ["", ""]
        rows.append([node.name, node.kind, shapes_text(report.shapes.get(node.name)), *numbers])
    return _table(["Node", "Layer", "Output", "Parameters", "Multiply-adds"], rows, words=3)


def _confusion(run: Run) -> str:
    summary = run.test
    if not summary:
        return "<p>There were no test images.</p>"
    classes = summary["classes"]
    rows = [
        [name, *map(str, counts), percent(one["recall"])]
        for name, counts, one in zip(
            classes, summary["confusion"], summary["per_class"], strict=True
        )
    ]
    return _table(["True class", *(f"as {name}" for name in classes), "Found"], rows, words=1)


def _table(columns: list[str], rows: Iterable[list[str]], words: int) -> str:
    """An HTML table; columns after the first `words` hold numbers."""

    def cells(values: list[str], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if index < words else ' class=number'}>{escape(value)}</{tag}>"
            for index, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    head = f"<tr>{cells(columns, 'th')}</tr>"
    return f"<div class='scroll'><table><thead>{head}</thead><tbody>{body}</tbody></table></div>"


def _image(image: np.ndarray, text: str) -> str:
    return f"<img src='{_data(image)}' alt='{escape(text, quote=True)}'>"


def _data(image: np.ndarray) -> str:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(stream, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
