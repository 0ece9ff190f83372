"""Images of a test with what the network took them for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from cnnstudio.training.verdicts import Verdicts
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.data.sample_grid import SIZE, SampleGrid
from cnnstudio.ui.images.corrections import Corrections, Sample
from cnnstudio.ui.images.sample_delegate import LABEL_HEIGHT, MARGIN, SampleDelegate
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.results.reading import Results

GONE_ALPHA = 170
Index = QModelIndex | QPersistentModelIndex


class VerdictsModel(SamplesModel):
    """Images with their verdicts, in a given order; what was corrected since is told too."""

    CORRECTED = Qt.ItemDataRole.UserRole + 3

    def __init__(self, session: Session, pixels: int) -> None:
        super().__init__(session, pixels)
        self.corrections = Corrections(session)
        self._verdicts: Verdicts | None = None
        self._numbers: tuple[int, ...] = ()
        session.changed.connect(self._tell_corrections)

    def show_verdicts(self, results: Results | None, numbers: Sequence[int]) -> None:
        """Lists these samples of the test."""
        self._numbers = tuple(int(number) for number in numbers)
        self._verdicts = None if results is None else results.verdicts
        if results is None:
            self.show(None)
            return
        source = Source(results.data, results.input_shape, results.split, indexes=self._numbers)
        self.show(source, results.verdicts.classes, len(self._numbers))

    def sample(self, row: int) -> Sample:
        """The image as corrections name it, whether it is loaded or not."""
        assert self._verdicts is not None
        number = self._numbers[row]
        loaded = super().data(self.index(row), SamplesModel.SAMPLE)
        given = self.classes[self._verdicts.labels[number]]
        return loaded or Sample(self._verdicts.keys[number], given)

    def predicted(self, row: int) -> str:
        """The class that the network took it for."""
        assert self._verdicts is not None
        return self.classes[self._verdicts.predicted[self._numbers[row]]]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        verdicts, row = self._verdicts, index.row()
        if verdicts is None or not 0 <= row < len(self._numbers):
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return super().data(index, role)
        number = self._numbers[row]
        label, predicted = verdicts.labels[number], verdicts.predicted[number]
        sure = quantities.percent(float(verdicts.confidence[number]))
        match role:
            case Qt.ItemDataRole.DisplayRole:
                right = label == predicted
                name = self.classes[label]
                return name if right else f"{name} → {self.classes[predicted]}"
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                told = (
                    f"{self.classes[label]}, recognised"
                    if label == predicted
                    else f"{self.classes[label]} taken for {self.classes[predicted]}"
                )
                corrected = self.corrected(row)
                after = f" ({corrected} in the project)" if corrected else ""
                return f"{told}, {sure} sure{after}\n{verdicts.names[number]}"
            case Qt.ItemDataRole.StatusTipRole:
                return sure
            case VerdictsModel.CORRECTED:
                return self.corrected(row)
            case SamplesModel.INDEX:
                return number
            case SamplesModel.SAMPLE:
                return self.sample(row)
        return None

    def corrected(self, row: int) -> str:
        """`left out`, `now 8`; empty if the project has the image as the test had."""
        assert self._verdicts is not None
        number = self._numbers[row]
        key = self._verdicts.keys[number]
        if self.corrections.is_left_out(key):
            return "left out"
        name = self.corrections.class_of(key)
        was = self.classes[self._verdicts.labels[number]]
        return f"now {name}" if name is not None and name != was else ""

    def _tell_corrections(self, *_: object) -> None:
        if self._numbers:
            self.dataChanged.emit(self.index(0), self.index(len(self._numbers) - 1))


class VerdictDelegate(SampleDelegate):
    """The image, below it its class and what it was taken for, and how sure the network was."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(SIZE, labels=True, parent=parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index) + QSize(0, LABEL_HEIGHT - 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        corrected = index.data(VerdictsModel.CORRECTED)
        area = QRectF(option.rect).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        below = QRectF(area.left(), area.top() + SIZE + LABEL_HEIGHT - 3, SIZE, LABEL_HEIGHT - 4)
        painter.save()
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("text_muted"))
        sure = index.data(Qt.ItemDataRole.StatusTipRole) or ""
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{sure} sure")
        if corrected:
            veil = QColor(theme.color("surface"))
            veil.setAlpha(GONE_ALPHA)
            place = QRectF(area.left(), area.top(), SIZE, SIZE)
            painter.fillRect(place, veil)
            painter.setFont(theme.font(12, bold=True))
            painter.setPen(theme.color("text"))
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place, wrap, corrected)
        painter.restore()


class Gallery(SampleGrid):
    """The images behind a number. R gives the chosen ones the class that they were taken for.

    `refusal` says why the images can't be corrected here; empty if they can.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.samples: VerdictsModel
        super().__init__(session, parent, VerdictsModel(session, SIZE))
        self._session = session
        self.refusal = ""
        self.setItemDelegate(VerdictDelegate(self))
        self.setObjectName("verdicts")
        self.setAccessibleName("Images of the test")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_R or not self.chosen:
            super().keyPressEvent(event)
        elif self.refusal:
            self._refuse()
        else:
            self.relabel_as_predicted()

    def relabel_as_predicted(self) -> None:
        """Gives the chosen images the class that the first of them was taken for, if they were
        taken for it too."""
        name = self.samples.predicted(self.chosen[0])
        same = [row for row in self.chosen if self.samples.predicted(row) == name]
        self.corrections.relabel([self.samples.sample(row) for row in same], name)

    def delete_chosen(self) -> None:
        if self.refusal:
            self._refuse()
        else:
            super().delete_chosen()

    def fill_menu(self) -> None:
        if self.refusal:
            self.menu.addAction(self.refusal).setEnabled(False)
            return
        names = {self.samples.predicted(row) for row in self.chosen}
        if len(names) == 1:
            [name] = names
            text = f"Relabel as {name.replace('&', '&&')}\tR"
            action = self.menu.addAction(theme.icon("mdi6.tag-check-outline"), text)
            action.triggered.connect(self.relabel_as_predicted)
        super().fill_menu()

    def _refuse(self) -> None:
        self._session.tell(Message(self.refusal, key="corrections"))
