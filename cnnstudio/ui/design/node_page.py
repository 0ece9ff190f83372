"""The inspector's page for one node: its name, parameters, cost, problems and help."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from cnnstudio.graph import Learning, Node, ProblemError, SetBypass, SetLearning, SetParameter
from cnnstudio.graph.blocks import lift_parameter
from cnnstudio.graph.expressions import has_expression
from cnnstudio.layers import LayerKind
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import quantities
from cnnstudio.ui.design.help_panel import HelpPanel
from cnnstudio.ui.design.look_part import LookPart
from cnnstudio.ui.design.name_edit import NameEdit
from cnnstudio.ui.design.parts import Heading, add_line, label, line, page_column
from cnnstudio.ui.design.problem_row import ProblemRows
from cnnstudio.ui.forms import Form
from cnnstudio.ui.session import Session

BYPASS = Parameter(
    "node_bypass", "Bypass", "bool", False, "switches it off: it hands its first input on",
    advanced=True,
)  # fmt: skip


# How the node learns, folded away.
LEARNING = (
    Parameter("learning_frozen", "Frozen", "bool", False,
              "keeps its weights and running statistics as they are, while the others learn",
              advanced=True),
    Parameter("learning_rate", "Learning rate ×", "float", 1.0,
              "of the run's learning rate: below 1 it learns more slowly than the others",
              minimum=1e-9, maximum=1000.0, advanced=True),
    Parameter("learning_decay", "Weight decay", "float", None,
              "instead of the optimizer's", minimum=0.0, maximum=10.0, optional=True,
              advanced=True),
    Parameter("learning_l1", "L1 penalty", "float", None,
              "instead of the run's: times the sum of its weights' sizes, added to the loss",
              minimum=0.0, maximum=10.0, optional=True, advanced=True),
)  # fmt: skip


class NodePage(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._id: str | None = None
        self._as_text: list[str] = []
        self._shown: tuple[Any, ...] | None = None
        self.setObjectName("node_page")
        self.name = NameEdit(session)
        self._note = label("", "muted", "node_note")
        self.form = Form([])
        self.cost = label("", "caption", "node_cost")
        self.cost.setAccessibleName("Shapes and cost")
        self.open = QPushButton("Open the block")
        self.open.setObjectName("open_block")
        self.open.setToolTip("Shows what is in it (double-click on its card)")
        self.open.clicked.connect(self._open)
        self.problems = ProblemRows(session)
        self.look = LookPart()
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
        column.addWidget(self.open)
        column.addWidget(self.cost)
        column.addWidget(self.problems)
        column.addWidget(self.look)
        add_line(column, self._line)
        column.addWidget(self._help_heading)
        column.addWidget(self.help)
        column.addStretch()

    def show_node(self, id: str) -> None:
        """Shows a node of the main network, with what is known of it now."""
        node = self._session.network.node(id)
        if id != self._id:
            self._as_text = []
        formulas = tuple(k for k, value in _values(node).items() if has_expression(value))
        inside = not self._session.place.is_main
        shown = (
            node.kind, self._parameters_of(node), formulas, inside, tuple(self._as_text),
            self._learns(node),
        )  # fmt: skip
        if id != self._id or (shown != self._shown and not self._is_typed_into(shown)):
            self._id, self._shown = id, shown
            self._make_form(node)
        self.name.show_name(id, node.name)
        self._show_values(node)
        self.show_report()

    def show_report(self) -> None:
        """Shows the node's shapes, cost and problems from the session's report."""
        network, report = self._session.network, self._session.local_report
        node = network.by_id.get(self._id or "")
        if node is None:
            return
        if report is None:
            self.cost.setText("Checking…")
            self.problems.show_problems([])
            return
        if self._shown is not None and self._learns(node) != self._shown[-1]:
            self.show_node(node.id)
            return
        self.cost.setText(self._cost_line(node))
        self.cost.setVisible(bool(self.cost.text()))
        self.problems.show_problems([p for p in report.problems if p.node_id == node.id])

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.form.redraw()
        self.problems.redraw()
        self._help_heading.redraw()

    def _open(self) -> None:
        if self._id is not None:
            self._session.go(self._session.place.into(self._id))

    def _parameters_of(self, node: Node) -> tuple[Parameter, ...] | None:
        """What the form asks for; a block's or a file's change may have changed it."""
        layer = self._session.kind_of(node.kind)
        return None if layer is None else layer.parameters

    def _learns(self, node: Node) -> bool:
        """Whether there is something to be said of how it learns: weights of its own."""
        if node.learning is not None:
            return True
        report = self._session.local_report
        cost = report.nodes.get(node.name) if report is not None else None
        return cost is not None and cost.parameters > 0 and not node.shares

    def _is_typed_into(self, shown: tuple[Any, ...]) -> bool:
        """Whether only expressions came or went, in fields that take them anyway."""
        old = self._shown
        if old is None or (*old[:2], *old[3:]) != (*shown[:2], *shown[3:]):
            return False
        changed = set(old[2]) ^ set(shown[2])
        takes = all(isinstance(self.form.editor(name), QLineEdit) for name in changed)
        if takes:
            self._shown = shown
        return takes

    def _use_text(self, name: str) -> None:
        """Lets an expression be typed where there is a check box or a list."""
        if self._id is None:
            return
        self._as_text.append(name)
        self.show_node(self._id)
        editor = self.form.editor(name)
        assert isinstance(editor, QLineEdit)
        editor.setText("=")
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lift(self, name: str) -> None:
        """Makes what stands in a field a parameter of the block that is open."""
        assert self._id is not None
        session, key = self._session, name
        value = self.form.field(name).value
        network = session.network
        try:
            if name == BYPASS.name:
                raise ProblemError("Bypass follows from an expression, not from one value.")
            if name.startswith("learning_"):
                raise ProblemError("How a layer learns is the same in all uses of the block.")
            session.apply(lift_parameter(session.project, network.name, self._id, key, value))
        except ProblemError as error:
            self.form.show_error(name, error.message)

    def _make_form(self, node: Node) -> None:
        layer = self._session.kind_of(node.kind)
        if layer is not None:
            inside = not self._session.place.is_main
            expressions = any(has_expression(value) for value in _values(node).values())
            form = Form(
                [
                    *layer.parameters,
                    *_bypass_of(layer, node, inside),
                    *(LEARNING if self._learns(node) else ()),
                ],
                formulas=inside or expressions,
                as_text=[key for key, value in _values(node).items() if has_expression(value)]
                + self._as_text,
                slides=node.block is not None,
            )
            form.edited.connect(self._apply)
            form.lifted.connect(self._lift)
            form.as_text_wanted.connect(self._use_text)
        else:
            form = Form([_raw(name) for name in node.parameters])
            form.set_read_only(True)
        form.setObjectName("node_form")
        self._column.replaceWidget(self.form, form)
        form.show()
        self.form.hide()
        self.form.deleteLater()
        self.form = form
        self.open.setVisible(layer is not None and node.block is not None)
        self._help_heading.setText("About this block" if node.block else "About this layer")
        self._help_heading.setAccessibleName(self._help_heading.text())
        self._show_help(layer)

    def _show_help(self, layer: LayerKind | None) -> None:
        has_help = layer is not None and bool(layer.doc or layer.reference)
        for part in (self._line, self._help_heading):
            part.setVisible(has_help)
        self.help.setVisible(has_help and self._help_heading.isChecked())

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
            self.form.show_names(self._session.values if not self._session.place.is_main else {})
            self.form.show_values(_values(node))
            self.help.show_layer(layer, node.parameters)
            self._show_help(layer)
            owner = self._session.network.by_id.get(node.shares or "")
            note = f"Uses the weights of {owner.name}." if owner else ""
            if not layer.parameters and node.block is None:
                note = note or "This layer has no parameters to set."
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _apply(self, name: str, value: object, merge: object) -> None:
        assert self._id is not None
        node = self._session.network.node(self._id)
        layer = self._session.kind_of(node.kind)
        assert layer is not None, "a kind that is not known has no form"
        if name == BYPASS.name:
            assert isinstance(value, bool | str)
            bypass = SetBypass(network=self._session.network.name, node_id=self._id, bypass=value)
            self._session.try_apply(bypass, merge)
            return
        if name.startswith("learning_"):
            self._set_learning(node, name, value, merge)
            return
        declared = layer.parameter(name)
        default = list(declared.default) if isinstance(declared.default, tuple) else (
            declared.default
        )  # fmt: skip
        edit = SetParameter(
            network=self._session.network.name, node_id=self._id, name=name,
            value=value, unset=value == default,
        )  # fmt: skip
        try:
            self._session.apply(edit, merge)
        except ProblemError as error:
            self.form.show_error(name, error.message)

    def _set_learning(self, node: Node, name: str, value: object, merge: Any) -> None:
        values = (node.learning or Learning()).model_dump()
        try:
            learning = Learning.model_validate(values | {name.removeprefix("learning_"): value})
        except ValidationError:
            self.form.show_error(name, "How a layer learns can't be an expression.")
            return
        network = self._session.network.name
        edit = SetLearning(network=network, node_id=node.id, learning=learning)
        self._session.try_apply(edit, merge)

    def _cost_line(self, node: Node) -> str:
        """`32×32×32 → 64×32×32 · 18,496 parameters · 18.9 M multiply-adds`."""
        network, report = self._session.network, self._session.local_report
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


def _bypass_of(layer: LayerKind, node: Node, inside: bool) -> list[Parameter]:
    """The form's row for bypassing a node, where that is likely wanted."""
    can = bool(layer.inputs and layer.outputs)
    return [BYPASS] if can and (inside or node.block is not None or node.bypass) else []


def _values(node: Node) -> dict[str, Any]:
    """A node's parameters as the form shows them."""
    learning = (node.learning or Learning()).model_dump()
    told = {f"learning_{name}": value for name, value in learning.items()}
    return {**node.parameters, BYPASS.name: node.bypass, **told}


def _raw(name: str) -> Parameter:
    return Parameter(name, name, "text", "", "as it stands in the project file")
