"""The cards of the start page: a picture, a title, a line, pressed like a button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton

from cnnstudio.graph import Project
from cnnstudio.ui import theme
from cnnstudio.ui.network_glyph import paint_glyph

PADDING = 12
TITLE_HEIGHT = 20
LINE_HEIGHT = 17
LINES = 2


class Card(QAbstractButton):
    """Shows an icon or, once it is known, a network's picture. `size` is without its shadow.

    `facts` stand in a line of their own below the title. `first_seen` tells that a card without an
    icon is looked at for the first time.
    """

    first_seen = Signal()

    def __init__(
        self, name: str, title: str, line: str = "", icon: str | None = None,
        size: QSize | None = None, facts: str = "",
    ) -> None:  # fmt: skip
        super().__init__()
        self._icon = icon
        self._facts = facts
        self._seen = False
        self._project: Project | None = None
        self._picture: QPixmap | None = None
        self._size = size or QSize(212, 160)
        self.line = line
        self.setObjectName(name)
        self.setText(title)
        self.setFixedSize(self._size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._describe()

    def show_network(self, project: Project, line: str) -> None:
        self._project, self.line = project, line
        self._picture = None
        self._describe()
        self.update()

    def redraw(self) -> None:
        """Draws the picture in the current theme's colours."""
        self._picture = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        outline = QPainterPath()
        outline.addRoundedRect(box, 8, 8)
        marked = self.hasFocus() or self.isDown()
        painter.fillPath(
            outline, theme.color("surface_hover" if self.isDown() else "surface_raised")
        )
        border = "accent" if marked else "border_strong" if self.underMouse() else "border"
        painter.setPen(QPen(theme.color(border), 2.0 if marked else 1.0))
        painter.drawPath(outline)
        if not self._seen:
            self._seen = True
            if self._icon is None:
                self.first_seen.emit()
        facts_height = LINE_HEIGHT if self._facts else 0
        texts_height = TITLE_HEIGHT + facts_height + LINES * LINE_HEIGHT
        picture = box.adjusted(PADDING, PADDING, -PADDING, -PADDING - texts_height - 8)
        self._paint_picture(painter, picture)
        title = QRectF(picture.left(), picture.bottom() + 8, picture.width(), float(TITLE_HEIGHT))
        painter.setFont(theme.font(14, bold=True))
        painter.setPen(theme.color("text"))
        painter.drawText(
            title, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            painter.fontMetrics().elidedText(
                self.text(), Qt.TextElideMode.ElideRight, int(title.width())
            ),
        )  # fmt: skip
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        facts = QRectF(title.left(), title.bottom(), title.width(), float(facts_height))
        painter.drawText(facts, Qt.AlignmentFlag.AlignVCenter, self._facts)
        lines = QRectF(title.left(), facts.bottom(), title.width(), float(LINES * LINE_HEIGHT))
        painter.drawText(lines, Qt.TextFlag.TextWordWrap, self._fitting(painter, lines))

    def sizeHint(self) -> QSize:
        return self._size

    def _fitting(self, painter: QPainter, area: QRectF) -> str:
        """As many words of the line as fit."""
        words = self.line.split()
        for count in range(len(words), 0, -1):
            text = " ".join(words[:count]) + ("…" if count < len(words) else "")
            taken = painter.boundingRect(area, Qt.TextFlag.TextWordWrap, text)
            if taken.height() <= area.height() + 1:
                return text
        return ""

    def _paint_picture(self, painter: QPainter, area: QRectF) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(area.size().toSize() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._picture)
            space = QRectF(0, 0, area.width(), area.height())
            if self._project is not None:
                paint_glyph(inner, space, self._project)
            elif self._icon is not None:
                side = min(40, int(area.height()))
                pixmap = theme.icon(self._icon, "text_muted").pixmap(QSize(side, side), ratio)
                inner.drawPixmap(int(space.center().x() - side / 2),
                                 int(space.center().y() - side / 2), pixmap)  # fmt: skip
            inner.end()
        painter.drawPixmap(area.topLeft(), self._picture)

    def _describe(self) -> None:
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(". ".join(filter(None, (self._facts, self.line))))
        self.setToolTip(self.line)
