"""Leaving images out of the project's data and giving them another class, from any list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu

from cnnstudio.graph import DataSettings, Group, SetSetting
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.session import Session


@dataclass(frozen=True)
class Sample:
    """An image by its key. `given` is the class that the dataset gives it."""

    key: str
    given: str


class Corrections:
    """What the open project corrects. Each change is one step of the undo list."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _data(self) -> DataSettings:
        return self._session.project.data

    def is_left_out(self, key: str) -> bool:
        return key in self._data.left_out

    def class_of(self, key: str) -> str | None:
        """The class that the image was given here; None if it has the dataset's."""
        return self._data.relabelled.get(key)

    def leave_out(self, samples: Sequence[Sample]) -> None:
        known = dict.fromkeys(self._data.left_out)
        new = [sample.key for sample in samples if sample.key not in known]
        self._set("Leave out", new, left_out=[*known, *new])

    def put_back(self, samples: Sequence[Sample]) -> None:
        gone = {sample.key for sample in samples} & set(self._data.left_out)
        kept = [key for key in self._data.left_out if key not in gone]
        self._set("Put back", [*gone], left_out=kept)

    def relabel(self, samples: Sequence[Sample], name: str) -> None:
        """Gives them a class; the one that the dataset gives takes the correction back."""
        labels = dict(self._data.relabelled)
        for sample in samples:
            labels.pop(sample.key, None)
            if sample.given != name:
                labels[sample.key] = name
        self._set(f"Relabel as {name}:", [sample.key for sample in samples], relabelled=labels)

    def restore(self, samples: Sequence[Sample]) -> None:
        """Gives them the dataset's class again."""
        gone = {sample.key for sample in samples if self.class_of(sample.key) is not None}
        labels = {key: name for key, name in self._data.relabelled.items() if key not in gone}
        self._set("Restore the label of", [*gone], relabelled=labels)

    def fill(self, menu: QMenu, samples: Sequence[Sample], classes: Sequence[str]) -> None:
        """Fills a menu with what can be done with these images."""
        known = set(self._data.left_out)
        here = [sample for sample in samples if sample.key not in known]
        out = [sample for sample in samples if sample.key in known]
        changed = [sample for sample in samples if self.class_of(sample.key) is not None]
        if here:
            _add(menu, "Leave out of the data\tDel", "mdi6.eye-off-outline",
                 lambda: self.leave_out(here))  # fmt: skip
        if out:
            _add(menu, "Put back\tDel", "mdi6.eye-outline", lambda: self.put_back(out))
        labels = menu.addMenu(theme.icon("mdi6.tag-outline"), "Relabel as")
        labels.setObjectName("relabel_menu")
        for name in classes:
            action = labels.addAction(name.replace("&", "&&"))
            action.triggered.connect(lambda _=False, name=name: self.relabel(samples, name))
        if changed:
            _add(menu, "Restore the label", "mdi6.tag-off-outline",
                 lambda: self.restore(changed))  # fmt: skip

    def toggle(self, samples: Sequence[Sample]) -> None:
        """Leaves them out, or puts them back if all are left out: what the Delete key does."""
        if {sample.key for sample in samples} <= set(self._data.left_out):
            self.put_back(samples)
        else:
            self.leave_out(samples)

    def _set(self, verb: str, keys: Sequence[str], **values: object) -> None:
        edits = tuple(
            SetSetting(section="data", name=name, value=value) for name, value in values.items()
        )
        text = f"{verb} {quantities.plural(len(keys), 'image')}"
        self._session.try_apply(Group(text=text, edits=edits))


def told(data: DataSettings, before: DataSettings | None = None) -> str:
    """`2 images left out, 1 relabelled`; against `before`, what is changed. Empty for nothing."""
    out, labels = set(data.left_out), dict(data.relabelled)
    if before is not None:
        out ^= set(before.left_out)
        labels = {
            key: labels.get(key, "")
            for key in {*labels, *before.relabelled}
            if labels.get(key) != before.relabelled.get(key)
        }
    parts = [f"{quantities.plural(len(out), 'image')} left out"] if out else []
    if before is not None and out and set(data.left_out) < set(before.left_out):
        parts = [f"{quantities.plural(len(out), 'image')} put back"]
    if labels:
        parts.append(f"{quantities.plural(len(labels), 'image')} relabelled")
    return ", ".join(parts)


def _add(menu: QMenu, text: str, icon: str, act) -> None:
    menu.addAction(theme.icon(icon), text).triggered.connect(lambda _=False: act())
