"""The inspector's page while several layers are selected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.design.parts import add_line, label, page_column
from cnnstudio.ui.session import Session

BUTTONS = (
    "block.make", "block.fold", "block.bypass", "block.freeze", "edit.duplicate",
    "edit.duplicate_shared", "edit.copy", "edit.delete",
)  # fmt: skip
ALIGN = tuple(
    f"arrange.align_{side}" for side in ("left", "centre", "right", "top", "middle", "bottom")
)
DISTRIBUTE = ("arrange.distribute_horizontally", "arrange.distribute_vertically")
NAMED = 8


class SeveralPage(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("several_page")
        self._count = label("", "", "selected_count")
        self._count.setFont(theme.font(17, bold=True))
        self._names = label("", "muted")
        self._cost = label("", "caption", "selected_cost")
        self._actions = QWidget()
        self._made = False
        column = page_column(self)
        column.addWidget(self._count)
        column.addWidget(self._names)
        column.addWidget(self._cost)
        add_line(column)
        column.addWidget(self._actions)
        column.addStretch()

    def show_nodes(self, ids: Sequence[str]) -> None:
        """Shows how many layers these are, what they cost and what can be done with them."""
        if not self._made:
            self._make_buttons()
        network, report = self._session.network, self._session.local_report
        names = [network.node(id).name for id in ids]
        self._count.setText(f"{len(ids)} layers")
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        self._names.setText(", ".join(names[:NAMED]) + more)
        costs = [report.nodes[name] for name in names if name in report.nodes] if report else []
        parameters, macs = (sum(getattr(c, key) for c in costs) for key in ("parameters", "macs"))
        self._cost.setText(
            f"{quantities.count(parameters)} parameters · {quantities.count(macs)} multiply-adds"
            if report else "Checking…"
        )  # fmt: skip

    def _make_buttons(self) -> None:
        """When first needed: the canvas has added its actions by then."""
        self._made = True
        column = QVBoxLayout(self._actions)
        column.setContentsMargins(0, 0, 0, 0)
        for title, ids in (("Align", ALIGN), ("Distribute", DISTRIBUTE)):
            found = [self._session.actions[id] for id in ids if id in self._session.actions]
            if found:
                column.addWidget(label(title, "heading"))
                column.addLayout(_icons(found))
        for id in BUTTONS:
            if id in self._session.actions:
                column.addWidget(_button(self._session.actions[id]))


def _icons(actions: Sequence[QAction]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2)
    for action in actions:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setObjectName(f"do_{action.objectName()}")
        button.setAccessibleName(action.text())
        button.setIconSize(QSize(18, 18))
        row.addWidget(button)
    row.addStretch()
    return row


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setObjectName(f"do_{action.objectName()}")
    keys = action.shortcut().toString()
    button.setToolTip(action.toolTip() + (f" ({keys})" if keys else ""))

    def follow() -> None:
        button.setIcon(action.icon())
        button.setEnabled(action.isEnabled())

    action.changed.connect(follow)
    follow()
    button.clicked.connect(action.trigger)
    return button
