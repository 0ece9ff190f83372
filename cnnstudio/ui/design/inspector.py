"""The panel on the right: the selected layer, several of them, a frame, or the project."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui.blocks.block_page import BlockPage
from cnnstudio.ui.design.frame_page import FramePage
from cnnstudio.ui.design.node_page import NodePage
from cnnstudio.ui.design.overview_page import OverviewPage
from cnnstudio.ui.design.parts import PAGE_MARGIN, kind_label
from cnnstudio.ui.design.several_page import SeveralPage
from cnnstudio.ui.session import Session


class Inspector(QWidget):
    """Follows the session's selection, document and report. Emits `left` when Escape is pressed."""

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self.node_page = NodePage(session)
        self.overview_page = OverviewPage(session)
        self.several_page = SeveralPage(session)
        self.stack = QStackedWidget()
        self.block_page = BlockPage(session)
        self.frame_page = FramePage(session)
        self._frames: set[str] = set()
        for page in (
            self.overview_page, self.node_page, self.several_page, self.block_page,
            self.frame_page,
        ):  # fmt: skip
            self.stack.addWidget(_scrolling(page))
        self.kind = kind_label()
        self.header = QHBoxLayout()
        self.header.setContentsMargins(PAGE_MARGIN, 10, 8, 0)
        self.header.addWidget(self.kind, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.header)
        column.addWidget(self.stack, 1)
        session.selection_changed.connect(self._show_selection)
        session.changed.connect(lambda _: self._show())
        session.report_changed.connect(lambda _: self._show())
        session.document_replaced.connect(self._show)
        self._show()

    def redraw(self) -> None:
        """Draws everything in the current theme's colours."""
        self.node_page.redraw()
        self.block_page.redraw()
        self.frame_page.redraw()

    def show_frames(self, ids: Iterable[str]) -> None:
        """Shows these frames from now on, while no layer is selected."""
        self._frames = set(ids)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_selection(self, _: list[str]) -> None:
        self._show()
        area = self.stack.currentWidget()
        assert isinstance(area, QScrollArea)
        area.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        known = self._session.network.by_id
        ids = [id for id in self._session.selection if id in known]
        self.kind.setToolTip("")
        frames = [frame for frame in self._session.network.frames if frame.id in self._frames]
        if frames and not ids:
            one = "Note" if frames[0].is_note else "Frame"
            self.kind.setText(one if len(frames) == 1 else f"{len(frames)} frames")
            self.frame_page.show_frames(frames)
            self.stack.setCurrentIndex(4)
        elif not ids and not self._session.place.is_main:
            self.kind.setText("Block")
            self.block_page.refresh()
            self.stack.setCurrentIndex(3)
        elif not ids:
            self.kind.setText("Project")
            self.overview_page.refresh()
            self.stack.setCurrentIndex(0)
        elif len(ids) == 1:
            node = known[ids[0]]
            layer = self._session.kind_of(node.kind)
            self.kind.setText(layer.label if layer else node.short_kind)
            self.kind.setToolTip(layer.title if layer else "")
            self.node_page.show_node(ids[0])
            self.stack.setCurrentIndex(1)
        else:
            self.kind.setText("Selection")
            self.several_page.show_nodes(ids)
            self.stack.setCurrentIndex(2)


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
