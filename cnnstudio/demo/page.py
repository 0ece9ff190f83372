"""The sample's report: how it learned, where it looks, what its layers see, what it confuses."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cnnstudio.compiler.report import Report
from cnnstudio.demo.findings import Explained, Findings, NodeMaps
from cnnstudio.report.curves import charts
from cnnstudio.report.network import network_svg
from cnnstudio.report.page import confusion_table, picture, section, table, write_page
from cnnstudio.tables import memory, percent, quantity, shapes_text
from cnnstudio.training.run import Run


def write_demo_page(path: Path, run: Run, report: Report, findings: Findings) -> None:
    """Writes the report. Nothing in it is loaded from elsewhere."""
    explained = "".join(map(_explained, findings.explained))
    maps = "".join(map(_node, findings.nodes))
    write_page(
        path,
        f"{run.project.name}: from graph to heatmap",
        [run.project.description],
        [
            (percent(run.test.get("accuracy")), "test accuracy"),
            (percent(findings.heat_inside), "of the heat on the object"),
            (quantity(report.parameters), "parameters"),
            (quantity(report.macs), "multiply-adds an image"),
            (memory(report.activation_bytes), "activations an image"),
        ],
        [
            section("How it learned", charts(run.metrics)),
            section(
                "Where it looks", f"<div class='grid'>{explained}</div>", text=_heat_text(findings)
            ),
            section(
                "What its layers see",
                f"<div class='maps'>{maps}</div>",
                text="Feature maps of the first image above, of the first 16 units of some "
                "convolutions; each map from its lowest value (dark) to its highest (bright).",
            ),
            _confusion(run),
            _network(run, report),
        ],
        generated=bool((run.directory.data() or {}).get("generated")),
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
        f"{picture(one.image, one.label)}{picture(one.heat, f'where it looked: {one.predicted}')}"
        f"</div><figcaption><b>{escape(verdict)}</b> {percent(one.probability)}{inside}"
        "</figcaption></figure>"
    )


def _node(node: NodeMaps) -> str:
    return (
        f"<figure>{picture(node.mosaic, f'feature maps of {node.name}')}"
        f"<figcaption><b>{escape(node.name)}</b> {shapes_text(node.shape)}</figcaption></figure>"
    )


def _network(run: Run, report: Report) -> str:
    network = run.project.network
    rows = []
    for node in map(network.node, network.topological()):
        cost = report.nodes.get(node.name)
        numbers = [quantity(cost.parameters), quantity(cost.macs)] if cost else ["", ""]
        rows.append([node.name, node.kind, shapes_text(report.shapes.get(node.name)), *numbers])
    columns = ["Node", "Layer", "Output", "Parameters", "Multiply-adds"]
    drawing = network_svg(run.project, report.shapes)
    return section("The network", drawing, table(columns, rows, words=3))


def _confusion(run: Run) -> str:
    title, summary = "What it confuses", run.test
    if not summary:
        return section(title, text="There were no test images.")
    return section(
        title,
        confusion_table(summary["classes"], summary["confusion"]),
        text="Test images by true class (rows) and by what the network said (columns).",
    )
