"""Writes every template to `cnnstudio/resources/templates/`, and the index that lists them.

    python -m scripts.templates [NAME…]

With names, only those are drawn anew; the index is always written whole.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cnnstudio.compiler.check import check
from cnnstudio.graph import save
from cnnstudio.graph.file import write_atomically
from scripts.templates import (
    densenet,
    first,
    googlenet,
    mobile,
    resnet,
    transformers,
    unet,
    vgg,
)
from scripts.templates.template import Template

FOLDER = Path(__file__).parents[2] / "cnnstudio" / "resources" / "templates"


def everything() -> list[Template]:
    """All templates in the order in which they are listed: simple and old ones first."""
    return [
        first.mlp(), first.lenet5(), first.small_cnn(), resnet.shapes_small(),
        vgg.vgg_digits(), mobile.mobilenet_digits(), resnet.resnet_digits(),
        first.all_cnn(), vgg.vgg_small(), vgg.vgg_cifar(), mobile.depthwise_small(),
        mobile.mobilenet_cifar(), resnet.resnet20_cifar(),
        *vgg.templates(), *resnet.templates(), *googlenet.templates(), *densenet.templates(),
        *mobile.templates(), mobile.shufflenet(), *transformers.templates(), *unet.templates(),
    ]  # fmt: skip


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    index = []
    for template in everything():
        project = template.project()
        report = check(project)
        if report.problems:
            first_problem = report.problems[0]
            raise SystemExit(f"{project.name}: {first_problem.node}: {first_problem.message}")
        if not names or template.name in names:
            save(project, FOLDER / f"{template.name}.cnns")
            print(f"{template.name:22} {report.parameters:12,}")
        index.append(_entry(template, report.parameters, report.macs))
    text = json.dumps(index, ensure_ascii=False, indent=2) + "\n"
    write_atomically(FOLDER / "index.json", text)


def _entry(template: Template, parameters: int, macs: int) -> dict[str, Any]:
    return {
        "name": template.name,
        "title": template.title,
        "family": template.family,
        "year": template.year,
        "line": template.line,
        "paper": template.paper,
        "parameters": parameters,
        "macs": macs,
        "small": template.rules,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
