"""The inspector's page for one node: its name, parameters, cost, problems and help."""

from __future__ import annotations

import json

from PySide6.QtWidgets import QWidget

from cnnstudio.graph import Node, ProblemError, SetParameter
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import quantities
from cnnstudio.ui.design.help_panel import HelpPanel
from cnnstudio.ui.design.name_edit import NameEdit
from cnnstudio.ui.design.parts import Heading, add_line, label, line, page_column
from cnnstudio.ui.design.problem_row import ProblemRows
from cnnstudio.ui.forms import Form
from cnnstudio.ui.session import Session


class NodePage(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._id: str | None = None
        self._shown: tuple[str, tuple[Parameter, ...] | None] | None = None
        self.setObjectName("node_page")
        self.name = NameEdit(session)
        self._note = label("", "muted", "node_note")
        self.form = Form([])
        self.cost = label("", "caption", "node_cost")
        self.cost.setAccessibleName("Shapes and cost")
        self.problems = ProblemRows(session)
        self.help = HelpPanel(session)
        self._help_heading = Heading(
            "About this layer", self.help, session.settings.value("design/help", True)
        )
        self._help_heading.toggled.connect(
            lambda open: session.settings.set_value("design/help", open)
        )
        self._line = line()
        column = self._column = page_column(self)
        column.setSpacing(6)
        column.addWidget(self.name)
        column.addWidget(self.name.problem)
        column.addWidget(self._note)
        column.addSpacing(4)
        column.addWidget(self.form)
        column.addWidget(self.cost)
        column.addWidget(self.problems)
        add_line(column, self._line)
        column.addWidget(self._help_heading)
        column.addWidget(self.help)
        column.addStretch()

    def show_node(self, id: str) -> None:
        """Shows a node of the main network, with what is known of it now."""
        node = self._session.project.network.node(id)
        shown = (node.kind, self._parameters_of(node))
        if id != self._id or shown != self._shown:
            self._id, self._shown = id, shown
            self._make_form(node)
        self.name.show_name(id, node.name)
        self._show_values(node)
        self.show_report()

    def show_report(self) -> None:
        """Shows the node's shapes, cost and problems from the session's report."""
        network, report = self._session.project.network, self._session.report
        node = network.by_id.get(self._id or "")
        if node is None:
            return
        if report is None:
            self.cost.setText("Checking…")
            self.problems.show_problems([])
            return
        self.cost.setText(self._cost_line(node))
        self.cost.setVisible(bool(self.cost.text()))
        self.problems.show_problems([p for p in report.problems if p.node_id == node.id])

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.form.redraw()
        self.problems.redraw()
        self._help_heading.redraw()

    def _parameters_of(self, node: Node) -> tuple[Parameter, ...] | None:
        """What the form asks for; a block's or a file's change may have changed it."""
        layer = self._session.kind_of(node.kind)
        return None if layer is None else layer.parameters

    def _make_form(self, node: Node) -> None:
        layer = self._session.kind_of(node.kind)
        if layer is not None:
            form = Form(layer.parameters)
            form.edited.connect(self._apply)
        else:
            form = Form([_raw(name) for name in node.parameters])
            form.set_read_only(True)
        form.setObjectName("node_form")
        self._column.replaceWidget(self.form, form)
        form.show()
        self.form.hide()
        self.form.deleteLater()
        self.form = form
        for part in (self._line, self._help_heading):
            part.setVisible(layer is not None)
        self.help.setVisible(layer is not None and self._help_heading.isChecked())

    def _show_values(self, node: Node) -> None:
        layer = self._session.kind_of(node.kind)
        if layer is None:
            shown = {name: json.dumps(value) for name, value in node.parameters.items()}
            self.form.show_values(shown)
            note = (
                f"There is no layer called {node.short_kind} here. It keeps its parameters, but "
                "the network can't be built with it."
            )
        else:
            self.form.show_values(node.parameters)
            self.help.show_layer(layer, node.parameters)
            owner = self._session.project.network.by_id.get(node.shares or "")
            note = f"Uses the weights of {owner.name}." if owner else ""
            if not layer.parameters:
                note = note or "This layer has no parameters to set."
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _apply(self, name: str, value: object, merge: object) -> None:
        assert self._id is not None
        node = self._session.project.network.node(self._id)
        layer = self._session.kind_of(node.kind)
        assert layer is not None, "a kind that is not known has no form"
        declared = layer.parameter(name)
        default = list(declared.default) if isinstance(declared.default, tuple) else (
            declared.default
        )  # fmt: skip
        edit = SetParameter(
            network=self._session.project.network.name, node_id=self._id, name=name,
            value=value, unset=value == default,
        )  # fmt: skip
        try:
            self._session.apply(edit, merge)
        except ProblemError as error:
            self.form.show_error(name, error.message)

    def _cost_line(self, node: Node) -> str:
        """`32×32×32 → 64×32×32 · 18,496 parameters · 18.9 M multiply-adds`."""
        network, report = self._session.project.network, self._session.report
        sources = [network.by_id.get(edge.source) for edge in network.incoming(node.id)]
        names = [source.name for source in sources if source is not None]
        inputs = [quantities.shape(report.shapes[name]) for name in names if name in report.shapes]
        output = report.shapes.get(node.name)
        parts = []
        if inputs or output:
            shown = quantities.shape(output) if output else "?"
            parts.append(f"{', '.join(inputs)} → {shown}" if inputs else shown)
        cost = report.nodes.get(node.name)
        if cost is not None and cost.parameters:
            parts.append(f"{quantities.count(cost.parameters)} parameters")
        if cost is not None and cost.macs:
            parts.append(f"{quantities.count(cost.macs)} multiply-adds")
        # A line may break between two of these, not within one.
        return " · ".join(part.replace(" ", "\u00a0") for part in parts)


def _raw(name: str) -> Parameter:
    return Parameter(name, name, "text", "", "as it stands in the project file")
