"""The small bar on the canvas that says what it shows of the run, and the actions behind it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton

from cnnstudio.ui import theme
from cnnstudio.ui.canvas.array_pictures import color_image
from cnnstudio.ui.canvas.vector_picture import STYLES
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.living import Living
from cnnstudio.ui.design.probe_chooser import ProbeChooser
from cnnstudio.ui.design.showing import WIRES
from cnnstudio.ui.session import Session

IMAGE = 26
TOGGLES = ("view.thumbnails", "view.living_gradients", "view.living_statistics")


class LivingActions(QObject):
    """What can be chosen of the living canvas, in the View menu and on its bar."""

    def __init__(self, session: Session, living: Living, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._session = session
        self._living = living
        self._canvas = canvas
        self.chooser: ProbeChooser | None = None
        showing, add = living.showing, session.actions.add
        for id, name, text, icon, tip in (
            ("view.thumbnails", "maps", "Feature maps on the cards", "mdi6.image-multiple-outline",
             "Show what each layer makes of the probe images, as the network learns"),
            ("view.living_gradients", "gradients", "Gradients on the cards",
             "mdi6.gradient-vertical",
             "Show the gradient of the loss that flows back to each layer"),
            ("view.living_statistics", "statistics", "Statistics on the cards", "mdi6.sigma",
             "Show mean and spread of what each layer gives"),
        ):  # fmt: skip
            action = add(id, text, None, None, icon, "View", tip=tip, checkable=True)
            action.setChecked(getattr(showing, name))
            action.toggled.connect(lambda on, name=name: living.choose(**{name: on}))
        self._add_choices("vectors", "style", {n: f"Vectors as {t}" for n, t in STYLES.items()})
        self.wires = self._add_choices(
            "wires", "wires", {n: f"Wires show {t.lower()}" for n, t in WIRES.items()}
        )
        self.probes = [
            add("view.choose_probes", "Choose probe images…", self.choose_probes, "Alt+P",
                "mdi6.image-search-outline", "View",
                tip="The images that the layers are shown with, up to four"),
            *(
                add(f"view.{id}_probe", f"{id.capitalize()} probe image",
                    lambda by=by: living.step_probes(by), keys, icon, "View",
                    tip=f"Show what the layers make of the {id} image")
                for id, by, keys, icon in (("next", 1, "Alt+PgDown", "mdi6.chevron-right"),
                                           ("previous", -1, "Alt+PgUp", "mdi6.chevron-left"))
            ),
        ]  # fmt: skip
        living.changed.connect(self.update)
        self.update()

    def update(self) -> None:
        living = self._living
        on = living.applies and living.showing.wanted and self._canvas.isVisible()
        for action in self.probes:
            action.setEnabled(on)

    def choose_probes(self) -> None:
        """Opens the gallery of the images that can be shown."""
        if self.chooser is None:
            self.chooser = ProbeChooser(self._session, self._living, self._canvas)
        self.chooser.open()

    def _add_choices(self, prefix: str, name: str, texts: dict[str, str]) -> list[QAction]:
        group, chosen = QActionGroup(self), getattr(self._living.showing, name)
        made = []
        for value, text in texts.items():
            action = self._session.actions.add(
                f"view.{prefix}_{value}", text, None, None, None, "View", checkable=True
            )
            action.setChecked(value == chosen)
            action.triggered.connect(lambda _=False, v=value: self._living.choose(**{name: v}))
            group.addAction(action)
            made.append(action)
        return made


class LivingTool(QFrame):
    """In the canvas's lower left corner, while there is a run of the network to be shown."""

    def __init__(
        self, session: Session, living: Living, canvas: CanvasView, actions: LivingActions
    ) -> None:
        super().__init__(canvas)
        self._session = session
        self._living = living
        self._canvas = canvas
        self._shown_images: object = None
        self.setObjectName("canvas_living")
        self.setAccessibleName("Living canvas")
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 3, 10, 3)
        row.setSpacing(2)
        self.images = _button("Choose probe images")
        self.images.setObjectName("choose_probes")
        self.images.setToolTip("Choose the images that the layers are shown with (Alt+P)")
        self.images.clicked.connect(actions.choose_probes)
        parts = [self._for("view.previous_probe"), self.images, self._for("view.next_probe")]
        parts += [self._for(id) for id in TOGGLES]
        self.wires = _button("Wires show")
        self.wires.setObjectName("wires_show")
        self.wires.setToolTip("What the wires' width and colour show")
        self.wires.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.wires)
        menu.setObjectName("wires_menu")
        menu.addActions(actions.wires)
        self.wires.setMenu(menu)
        parts.append(self.wires)
        for index, part in enumerate(parts):
            if index in (3, 6):
                row.addSpacing(8)
            row.addWidget(part)
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        row.addSpacing(6)
        row.addWidget(self.state)
        self.redraw()
        living.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        shown = self._living.applies
        if shown:
            self._show_images()
            text = self._words()
            if text != self.state.text():
                self.state.setText(text)
        if shown == self.isHidden():
            self.setVisible(shown)
        self.place()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.wires.setIcon(theme.icon("mdi6.transit-connection-variant"))
        self._shown_images = None

    def place(self) -> None:
        """Moves to the view's lower left corner."""
        size, area = self.sizeHint(), self._canvas.viewport().geometry()
        shown = not self.isHidden()
        self._canvas.take_foot(size.height() + 8 if shown else 0)
        place = area.left() + 16, area.bottom() - size.height() - 16, size.width(), size.height()
        if shown and place != self.geometry().getRect():
            self.setGeometry(*place)

    def _words(self) -> str:
        living = self._living
        if living.look is None:
            return "Waiting for the run" if living.showing.wanted else "Off"
        if living.is_live:
            rate = living.per_second
            return f"Live · {rate:.1f}/s" if rate else "Live"
        step = living.look.facts.get("step")
        return f"Step {step:,}" if step is not None else "Trained"

    def _show_images(self) -> None:
        look = self._living.look
        probes = look.probes if look is not None else ()
        key = tuple((probe.split, probe.index) for probe in probes)
        if key == self._shown_images:
            return
        self._shown_images = key
        count = max(len(probes), 1)
        ratio = self.devicePixelRatioF()
        size = QSize(count * IMAGE + (count - 1) * 3, IMAGE)
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for index, probe in enumerate(probes):
            painter.drawImage(
                QRectF(index * (IMAGE + 3), 0, IMAGE, IMAGE), color_image(probe.image)
            )
        painter.end()
        self.images.setIconSize(size)
        self.images.setIcon(QIcon(picture) if probes else theme.icon("mdi6.image-search-outline"))

    def _for(self, id: str) -> QToolButton:
        action = self._session.actions[id]
        button = _button(action.text())
        button.setDefaultAction(action)
        button.setIconSize(QSize(18, 18))
        return button


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(name)
    button.setAutoRaise(True)
    button.setIconSize(QSize(18, 18))
    return button
