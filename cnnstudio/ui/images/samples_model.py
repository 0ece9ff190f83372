"""A split's images as a list that loads what is looked at."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage

from cnnstudio.graph import DataSettings
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.corrections import Sample
from cnnstudio.ui.session import Session

PAGE = 48
PAGES_KEPT = 40
PAGES_WANTED = 4

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Source:
    """Which images: those of a split of some data, made for a network's input shape; with
    `label`, those of one class only, with `indexes`, those of the split in that order."""

    settings: DataSettings
    input_shape: tuple[int, ...]
    split: str
    label: int | None = None
    indexes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class _Page:
    images: list[QImage]
    labels: list[int]
    given: list[int]
    names: list[str]
    keys: list[str]
    indexes: list[int]


class SamplesModel(QAbstractListModel):
    """Images with their classes, fetched a page at a time as views ask for them.

    `counted(total)` is emitted when the number of images is known, `failed(error)` when a page
    could not be had.
    """

    INDEX = Qt.ItemDataRole.UserRole + 1  # in the split
    SAMPLE = Qt.ItemDataRole.UserRole + 2  # a Sample, for corrections

    counted = Signal(int)
    failed = Signal(object)

    def __init__(self, session: Session, pixels: int, parent: Any = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pixels = pixels
        self._source: Source | None = None
        self._classes: list[str] = []
        self._total = 0
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._wanted: list[int] = []
        self._asked: Future[Any] | None = None
        self._showing = 0

    @property
    def source(self) -> Source | None:
        return self._source

    def show(
        self, source: Source | None, classes: list[str] = (), total: int | None = None
    ) -> None:
        """Lists other images. Without `total` it is asked for with the first page."""
        self.beginResetModel()
        self._showing += 1
        self._source, self._classes, self._total = source, list(classes), total or 0
        self._pages.clear()
        self._wanted.clear()
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None
        self.endResetModel()
        if source is not None and total is None:
            self._want(0)

    def name_classes(self, classes: list[str]) -> None:
        """Gives the labels their names, once they are known."""
        if classes != self._classes:
            self._classes = list(classes)
            if self._total:
                self.dataChanged.emit(self.index(0), self.index(self._total - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._total

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < self._total:
            return None
        page = self._page(index.row() // PAGE)
        place = index.row() % PAGE
        if page is None or place >= len(page.images):
            return (
                f"Image {index.row() + 1}" if role == Qt.ItemDataRole.AccessibleTextRole else None
            )
        match role:
            case Qt.ItemDataRole.DecorationRole:
                return page.images[place]
            case Qt.ItemDataRole.DisplayRole:
                return self._told_class(page, place)
            case Qt.ItemDataRole.ToolTipRole:
                return f"{page.names[place]} · image {index.row() + 1:,} of {self._total:,}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"Image {index.row() + 1}, {self._told_class(page, place)}"
            case SamplesModel.INDEX:
                return page.indexes[place]
            case SamplesModel.SAMPLE:
                return Sample(page.keys[place], self.class_name(page.given[place]))
        return None

    @property
    def classes(self) -> list[str]:
        return self._classes

    def _told_class(self, page: _Page, place: int) -> str:
        """`circle`, or `circle → star` for one that was relabelled."""
        given, label = page.given[place], page.labels[place]
        name = self.class_name(label)
        return name if given == label else f"{self.class_name(given)} → {name}"

    def class_name(self, label: int) -> str:
        known = 0 <= label < len(self._classes)
        return self._classes[label] if known else f"class {label}"

    def _page(self, number: int) -> _Page | None:
        page = self._pages.get(number)
        if page is None:
            self._want(number)
        else:
            self._pages.move_to_end(number)
        return page

    def _want(self, number: int) -> None:
        """Puts a page first in the row of those to be fetched; what was scrolled past drops out."""
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted.append(number)
        del self._wanted[:-PAGES_WANTED]
        self._fetch()

    def _fetch(self) -> None:
        source, showing = self._source, self._showing
        if source is None or self._asked is not None or not self._wanted:
            return
        number = self._wanted[-1]
        self._asked = self._session.ask(
            "samples",
            lambda answer: self._take(showing, number, answer),
            lambda error: self._fail(showing, error),
            settings=source.settings,
            input_shape=list(source.input_shape),
            split=source.split,
            label=source.label,
            indexes=None if source.indexes is None else list(source.indexes),
            start=number * PAGE,
            count=PAGE,
            size=self._pixels,
        )

    def _take(self, showing: int, number: int, answer: dict[str, Any]) -> None:
        if showing != self._showing:
            return
        self._asked = None
        if number in self._wanted:
            self._wanted.remove(number)
        images = [image_of(np.asarray(image)) for image in answer["images"]]
        columns = ("labels", "given", "names", "keys", "indexes")
        self._pages[number] = _Page(images, *(list(answer[name]) for name in columns))
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        self._count(int(answer["total"]))
        if images:
            first = number * PAGE
            self.dataChanged.emit(self.index(first), self.index(first + len(images) - 1))
        self._fetch()

    def _count(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, total - 1)
            self._total = total
            self.endInsertRows()
        self.counted.emit(total)

    def _fail(self, showing: int, error: Exception) -> None:
        if showing == self._showing:
            self._asked = None
            self._wanted.clear()
            self.failed.emit(error)
