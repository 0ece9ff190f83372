"""The history of an image as a file that plays anywhere: what it shows, how large, how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.saving_dialog import WritingDialog
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.wheel import pass_wheel

KINDS = (("GIF (plays in any page)", "gif"), ("MP4 (smaller, with a pause button)", "mp4"))
SPEEDS = (("2 moments a second", 2), ("4 moments a second", 4), ("6 moments a second", 6),
          ("10 moments a second", 10))  # fmt: skip
WIDTHS = (240, 3840, 960)
HOLD = 1.5


class AnimationDialog(WritingDialog):
    """Asks the kernel for the file, shows how far it is, and can take that back.

    `explained` are the arguments of the question of the heat; `layer` is the one whose maps are
    seen, `filtered` that whose filters are, empty for none.
    """

    def __init__(
        self,
        session: Session,
        looked_at: dict[str, Any],
        explained: dict[str, Any],
        layer: str,
        filtered: str,
        moments: int,
        parent: QWidget | None = None,
    ) -> None:
        title = "Export the history as an animation"
        super().__init__(session, "animation_dialog", title, "animate", parent)
        self._looked_at = looked_at
        self._explained = explained
        self._layer = layer
        self._filtered = filtered
        self._moments = moments
        settings = session.settings
        self.kind = ChoiceBox("Kind of file", KINDS)
        self.kind.choose(settings.value("animation/kind", "gif"))
        method = methods[explained["method"]].title
        self.heat = QCheckBox(f"Heatmap ({method})")
        self.heat.setChecked(settings.value("animation/heat", True))
        self.maps = QCheckBox(f"Feature maps of {layer}" if layer else "Feature maps")
        self.maps.setChecked(settings.value("animation/maps", False))
        self.maps.setEnabled(bool(layer))
        self.filters = QCheckBox(f"Filters of {filtered}" if filtered else "Filters")
        self.filters.setChecked(settings.value("animation/filters", False))
        self.filters.setEnabled(bool(filtered))
        self.filters.setToolTip("" if filtered else "The layer that is looked at has no filters")
        self.width_edit = QSpinBox()
        self.width_edit.setAccessibleName("Width in pixels")
        self.width_edit.setRange(*WIDTHS[:2])
        self.width_edit.setSingleStep(80)
        self.width_edit.setSuffix(" px")
        self.width_edit.lineEdit().setTextMargins(theme.spacing, 0, 0, 0)
        pass_wheel(self.width_edit)
        self.width_edit.setValue(settings.value("animation/width", WIDTHS[2]))
        self.speed = ChoiceBox("Speed", SPEEDS)
        self.speed.choose(settings.value("animation/speed", 6))
        self.speed.activated.connect(lambda _: self._tell_length())
        self.writing.answered.connect(self._take_file)
        self.writing.failed.connect(self._fail)
        self._arrange()
        self._tell_length()

    def write(self, path: Path) -> None:
        """Asks for the file."""
        settings = self._session.settings
        settings.remember_folder(path)
        for name, value in (
            ("kind", self.kind.currentData()), ("heat", self.heat.isChecked()),
            ("maps", self.maps.isChecked()), ("filters", self.filters.isChecked()),
            ("width", self.width_edit.value()), ("speed", self.speed.currentData()),
        ):  # fmt: skip
            settings.set_value(f"animation/{name}", value)
        asked: dict[str, Any] = {
            "image": self._looked_at["image"], "run": self._looked_at["run"], "path": str(path),
            "width": self.width_edit.value(), "per_second": float(self.speed.currentData()),
        }  # fmt: skip
        if self.heat.isChecked():
            names = ("method", "target", "against", "layer", "parameters")
            asked |= {name: self._explained[name] for name in names}
        if self.maps.isChecked() and self._layer:
            asked["maps"] = self._layer
        if self.filters.isChecked() and self._filtered:
            asked["filters"] = self._filtered
        self._show_writing(True)
        self.writing.ask(**asked)

    def _arrange(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(theme.spacing)
        form.setColumnStretch(1, 1)
        rows = (("Kind", self.kind), ("Shows", self.heat), ("", self.maps), ("", self.filters),
                ("Width", self.width_edit), ("Speed", self.speed))  # fmt: skip
        self._fields = [field for _, field in rows]
        for row, (text, field) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(field)
            form.addWidget(label, row, 0)
            form.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(self.bar)
        column.addLayout(self._button_row())
        self.setMinimumWidth(440)
        self._show_writing(False)

    def _tell_length(self) -> None:
        seconds = self._moments / int(self.speed.currentData()) + HOLD
        self.note.setText(
            f"{quantities.plural(self._moments, 'moment')}, {seconds:.0f} seconds. The colours of "
            "the heat mean the same in all of them."
        )

    def _show_writing(self, writing: bool) -> None:
        for field in self._fields:
            field.setEnabled(not writing)
        self.maps.setEnabled(not writing and bool(self._layer))
        self.filters.setEnabled(not writing and bool(self._filtered))
        self.save_button.setEnabled(not writing)
        kept = self.bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(kept)
        self.bar.setVisible(writing)
        self.bar.setValue(0)

    def _take_file(self, answer: dict[str, Any]) -> None:
        size = quantities.memory(int(answer["bytes"]))
        text = f"Saved {answer['path']} ({size})."
        self._session.tell(Message(text, key="animation", seconds=8.0))
        self.accept()

    def _fail(self, error: Exception) -> None:
        self._show_writing(False)
        self.note.setText(" ".join(str(error).split("\n")))

    def _ask_where(self) -> None:
        kind = str(self.kind.currentData())
        self._ask_for_file(
            "save_animation_file_dialog", "Save the animation", f"Animations (*.{kind})",
            f"history.{kind}",
        )  # fmt: skip
