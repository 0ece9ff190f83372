"""Drawing a project from the command line, without a window."""

from __future__ import annotations

import os
from pathlib import Path

from cnnstudio.compiler.report import Report
from cnnstudio.graph import Project


def draw(project: Project, report: Report, path: Path, right: bool, scale: float) -> None:
    """Writes the main network as SVG, PDF or PNG; raises CnnStudioError if that fails."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    from cnnstudio.layers.lookup import kind_of
    from cnnstudio.ui.canvas.card import findings
    from cnnstudio.ui.canvas.drawing import Drawing

    drawing = Drawing(
        project.network,
        findings(report, report.uses[""].values if "" in report.uses else None),
        "right" if right else "down",
        kind_of=lambda name: kind_of(project, name),
    )
    drawing.save(path, scale)
    del app
