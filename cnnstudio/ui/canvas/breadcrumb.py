"""Where in the project the canvas is: the way inwards, which copy is shown, who else uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
)

from cnnstudio.graph import Node
from cnnstudio.graph.blocks import uses_of
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.place import Place, copies, place_at

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

HEIGHT = 36
MOST_USES = 60  # in the menu


class Breadcrumb(QFrame):
    """A strip above the canvas while a block is open."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._session = canvas.session
        self.setObjectName("breadcrumb")
        self.setAccessibleName("Where you are")
        self.setProperty("role", "strip")
        self._row = QHBoxLayout()
        self._row.setSpacing(2)
        self.note = QLabel()
        self.note.setObjectName("used_note")
        self.note.setProperty("role", "caption")
        self.independent = QPushButton("Make independent")
        self.independent.setObjectName("make_independent")
        self.independent.setProperty("role", "link")
        self.independent.setToolTip(
            "Gives this use a block of its own, so that others stay as they are"
        )
        self.independent.clicked.connect(lambda: canvas.blocks.make_independent())
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        row.addLayout(self._row)
        row.addWidget(self.note, 1)
        row.addWidget(self.independent)
        self.hide()

    def refresh(self) -> None:
        """Shows the session's place, with what is known of the uses."""
        session, place = self._session, self._session.place
        self.setVisible(not place.is_main)
        self._canvas.reserve_above(0 if place.is_main else HEIGHT)
        if place.is_main:
            return
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._add_crumb("root", session.project.name or "Project", Place())
        nodes, steps = place.nodes(session.project), place.steps
        if place.alone is not None:
            self._add_crumb("crumb_alone", f"{place.alone} (by itself)", Place(alone=place.alone))
        for depth, node in enumerate(nodes, start=1):
            way = Place(steps[:depth], place.alone)
            is_last = depth == len(nodes)
            text = node.name if not is_last else f"{node.name} · {node.block}"
            self._add_crumb(f"crumb_{depth}", text, way, is_last)
        if nodes and (count := copies(nodes[-1])) is not None and count > 1:
            self._add_copies(steps[-1].copy, count)
        self._show_note(nodes)
        # A layout counts only what is shown, and new parts are not before the next event.
        for number in range(self._row.count()):
            if (widget := self._row.itemAt(number).widget()) is not None:
                widget.show()
        self.place()

    def place(self) -> None:
        """Spans the canvas above what it shows."""
        self.setGeometry(0, 0, self._canvas.width(), HEIGHT)

    def _add_crumb(self, name: str, text: str, way: Place, is_last: bool = False) -> None:
        if self._row.count():
            arrow = QLabel("›")
            arrow.setProperty("role", "muted")
            self._row.addWidget(arrow)
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(f"Go to {text}" if not is_last else f"{text}, open")
        button.setProperty("role", "crumb")
        button.setFont(theme.font(13, bold=is_last))
        if is_last:
            button.setToolTip("Other places where this block is used")
            button.clicked.connect(lambda: self._show_uses(button))
            button.setIcon(theme.icon("mdi6.menu-down", "text_muted"))
            button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(14, 14))
        else:
            inner = self._session.place.steps[len(way.steps) :][:1]
            button.clicked.connect(
                lambda: self._session.go(way, select=[step.node_id for step in inner])
            )
        self._row.addWidget(button)

    def _add_copies(self, copy: int, count: int) -> None:
        for name, icon, by, tip in (
            ("copy_before", "mdi6.chevron-left", -1, "The copy before"),
            ("copy_after", "mdi6.chevron-right", 1, "The next copy"),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setIcon(theme.icon(icon, "text_muted"))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, by=by: self._canvas.blocks.step_copy(by))
            if by > 0:
                number = QLabel(f"copy {copy + 1}/{count}")
                number.setObjectName("copy_number")
                number.setFont(theme.font(12))
                self._row.addWidget(number)
            else:
                self._row.addSpacing(8)
            self._row.addWidget(button)

    def _show_note(self, nodes: list[Node]) -> None:
        project = self._session.project
        name = self._session.network.name
        uses = len(uses_of(project, name))
        count = copies(nodes[-1]) if nodes else 1
        if uses > 1:
            text = f"Used {uses} times: editing changes all"
        elif uses == 0:
            text = "Not used yet: drag it from the palette"
        elif count is None or count > 1:
            number = quantities.plural(count, "copy", "copies") if count else "all copies"
            text = f"Editing changes {'all ' if count else ''}{number}"
        else:
            text = "Used once"
        self.note.setText(text)
        self.independent.setVisible(uses > 1 and bool(nodes))

    def _show_uses(self, button: QToolButton) -> None:
        """A menu of the places where this block stands in the network."""
        session = self._session
        menu = QMenu(self)
        menu.setObjectName("uses_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name, report = session.network.name, session.report
        here = session.place.path(session.project)
        paths = [path for path, use in report.uses.items() if use.network == name] if report else []
        for path in paths[:MOST_USES]:
            action = menu.addAction(path.replace(".", " › "))
            action.setCheckable(True)
            action.setChecked(path == here)
            action.triggered.connect(
                lambda _=False, path=path: self._canvas.blocks.look_at(
                    place_at(session.project, path)
                )
            )
        if len(paths) > MOST_USES:
            menu.addAction(f"… and {len(paths) - MOST_USES} more").setEnabled(False)
        if not paths:
            menu.addAction("It is not in the network that is built").setEnabled(False)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
