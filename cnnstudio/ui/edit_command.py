"""One undo step: an edit and its inverse."""

from __future__ import annotations

import time
from collections.abc import Hashable

from PySide6.QtGui import QUndoCommand

from cnnstudio.graph import (
    ChangeFrame,
    ChangeNetwork,
    Document,
    Edit,
    Move,
    SetLearning,
    SetParameter,
    SetSetting,
)

MERGE_SECONDS = 1.5


class EditCommand(QUndoCommand):
    """Made after its edit, so that an impossible edit raises where it was asked for.

    Consecutive commands with the same `merge` token become one step, and none if they lead back
    to where they began.
    """

    def __init__(
        self, document: Document, edit: Edit, inverse: Edit, merge: Hashable | None = None
    ) -> None:
        super().__init__(edit.label)
        self.edit = edit
        self._document = document
        self._inverse = inverse
        self._merge = merge
        self._made = True
        self._time = time.monotonic()

    def redo(self) -> None:
        if not self._made:
            self._inverse = self._document.apply(self.edit)
        self._made = True

    def undo(self) -> None:
        self._document.apply(self._inverse)
        self._made = False

    def id(self) -> int:
        return -1 if self._merge is None else 1

    def mergeWith(self, newer: QUndoCommand) -> bool:
        if not isinstance(newer, EditCommand) or newer._merge != self._merge:
            return False
        if newer._time - self._time > MERGE_SECONDS:
            return False
        self.edit, self._time = newer.edit, newer._time
        self.setText(newer.edit.label)
        project = self._document.project
        self.setObsolete(self._inverse.apply(project)[0] == project)
        return True


def merge_token(edit: Edit, merge: Hashable | bool) -> Hashable | None:
    """What edits must share to become one undo step; None for an edit that stands alone.

    Only edits that replace a value can: a second one then makes the first one unneeded.
    """
    if merge is False or merge is None:
        return None
    target: Hashable
    if isinstance(edit, SetParameter):
        target = (edit.network, edit.node_id, edit.name)
    elif isinstance(edit, Move):
        target = (edit.network, frozenset(edit.positions))
    elif isinstance(edit, SetSetting):
        target = (edit.section, edit.name)
    elif isinstance(edit, ChangeFrame):
        target = (edit.network, edit.frame.id)
    elif isinstance(edit, SetLearning):
        target = (edit.network, edit.node_id, "learning")
    elif isinstance(edit, ChangeNetwork):
        target = ("network", edit.name)
    else:
        return None
    return (edit.type, target, merge)
