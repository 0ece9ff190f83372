"""Choosing what is done to training images: presets, steps, their order and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.presets import PRESETS
from cnnstudio.graph import AugmentationStep, CnnStudioError, Group, RunError, SetSetting
from cnnstudio.training.chosen import check_mixing
from cnnstudio.ui import theme
from cnnstudio.ui.card_section import label
from cnnstudio.ui.data.augmentation.step_list import StepList
from cnnstudio.ui.session import Session

REACH = 48  # pixels beyond the dragged card's pointer that are scrolled into view


class AugmentationPanel(QScrollArea):
    """A view of `project.data.augmentation`: each change is an edit of the document."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAccessibleName("Augmentation")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.presets = _button("Preset", "Begin with a pipeline that suits many images")
        self.add = _button("Add step", "Put another step at the end")
        self.presets.setMenu(self._presets_menu())
        self.add.setMenu(self._add_menu())
        self.steps = StepList()
        self.steps.edited.connect(self._edit)
        self.steps.removed.connect(self._remove)
        self.steps.reordered.connect(self._reorder)
        self.steps.dragged.connect(self._scroll)
        self.empty = label(
            "Training images are used as they are. Add steps that change them at random, anew in "
            "each epoch, so that the network sees what matters and not single images.",
            "muted",
        )
        self.note = label("", "error")
        for words in (self.empty, self.note):
            words.setWordWrap(True)
        self.first = QWidget()
        self._arrange_first()
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.presets, 1)
        row.addWidget(self.add, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(theme.spacing)
        column.addLayout(row)
        for part in (self.first, self.steps, self.note):
            column.addWidget(part)
        column.addStretch()
        self.setWidget(page)
        session.changed.connect(lambda _: self.refresh())
        session.document_replaced.connect(self.refresh)
        self.refresh()
        self.redraw()

    @property
    def _now(self) -> tuple[AugmentationStep, ...]:
        return self._session.project.data.augmentation

    def refresh(self) -> None:
        """Shows the document's steps."""
        steps = self._now
        self.steps.show_steps(steps)
        self.steps.setVisible(bool(steps))
        self.first.setVisible(not steps)
        note = self._complaint()
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def add_step(self, kind: str) -> None:
        """Puts a step of this kind at the end and opens it."""
        self._set([*self._now, AugmentationStep(kind=kind)], f"Add {augmentations[kind].title}")
        card = self.steps.cards[-1]
        card.open(True)
        card.setFocus(Qt.FocusReason.OtherFocusReason)
        self.widget().adjustSize()
        self.ensureWidgetVisible(card)

    def choose_preset(self, name: str) -> None:
        """Replaces all steps by a preset's."""
        preset = PRESETS[name]
        self._set(preset.steps, f"Augmentation: {preset.title}")

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.add.setIcon(theme.icon("mdi6.plus"))
        self.presets.setIcon(theme.icon("mdi6.tune-variant"))
        for action in self.add.menu().actions():
            for one in action.menu().actions():  # type: ignore[attr-defined]
                icon = augmentations[one.data()].icon
                one.setIcon(theme.icon(icon, "text_muted"))
        self.steps.redraw()

    def _arrange_first(self) -> None:
        """What stands there before there are steps: the presets, each with what it does."""
        column = QVBoxLayout(self.first)
        column.setContentsMargins(0, theme.spacing, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.empty)
        for name, preset in PRESETS.items():
            if preset.steps:
                button = QPushButton(preset.title)
                button.setObjectName(f"preset_{name}")
                button.clicked.connect(lambda _=False, name=name: self.choose_preset(name))
                text = label(preset.text, "caption")
                text.setWordWrap(True)
                column.addSpacing(theme.spacing)
                column.addWidget(button)
                column.addWidget(text)

    def _edit(self, place: int, name: str, value: Any, merge: object) -> None:
        edit = SetSetting(section="data", name=f"augmentation.{place}.{name}", value=value)
        if not self._session.try_apply(edit, merge):
            self.refresh()

    def _remove(self, place: int) -> None:
        steps = list(self._now)
        gone = steps.pop(place)
        self._set(steps, f"Remove {_title(gone)}")

    def _reorder(self, place: int, wanted: int) -> None:
        steps = list(self._now)
        moved = steps.pop(place)
        steps.insert(wanted, moved)
        self._set(steps, f"Move {_title(moved)}")

    def _set(self, steps: Sequence[AugmentationStep], text: str) -> None:
        told = [step.model_dump(mode="json") for step in steps]
        edit = SetSetting(section="data", name="augmentation", value=told)
        self._session.try_apply(Group(text=text, edits=(edit,)))

    def _complaint(self) -> str:
        """Why the loss is not for these steps; empty if it is. A wrong step says so itself."""
        try:
            check_mixing(self._session.project)
        except RunError as error:
            return f"{error.message} {error.hint}"
        except CnnStudioError:
            pass
        return ""

    def _scroll(self, y: int) -> None:
        self.ensureVisible(0, self.steps.y() + y, 0, REACH)

    def _presets_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name, preset in PRESETS.items():
            action = menu.addAction(
                preset.title, lambda _=False, name=name: self.choose_preset(name)
            )
            action.setToolTip(preset.text)
        return menu

    def _add_menu(self) -> QMenu:
        menu = QMenu(self)
        for category in dict.fromkeys(one.category for one in augmentations.values()):
            part = menu.addMenu(category)
            part.setToolTipsVisible(True)
            for kind, declared in augmentations.items():
                if declared.category == category:
                    action = part.addAction(
                        declared.title, lambda _=False, kind=kind: self.add_step(kind)
                    )
                    action.setToolTip(declared.doc)
                    action.setData(kind)
        return menu


def _button(text: str, tip: str) -> QPushButton:
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setIconSize(QSize(16, 16))
    return made


def _title(step: AugmentationStep) -> str:
    declared = augmentations.get(step.kind)
    return declared.title if declared else step.kind
