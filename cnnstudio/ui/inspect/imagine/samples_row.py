"""The samples of the data that excite the same unit most, beside the picture made for it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.units.example_button import ExampleButton
from cnnstudio.ui.session import Session

SAMPLES = 500  # as many as the Image page looks at: what was looked at is remembered
COUNT = 9


class SamplesRow(QWidget):
    """Finds them on demand; for other units of the layer they then come by themselves."""

    def __init__(self, session: Session, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focus = focus
        self._scanned: dict[str, Any] | None = None  # the layer and network looked at
        self.inquiry = Inquiry(session, "top_samples", "inspect seen samples", self)
        self.heading = QLabel("Samples that excite it most")
        self.heading.setProperty("role", "heading")
        self.find = QPushButton("Find")
        self.find.setAccessibleName("Find the samples that excite the unit most")
        self.find.setToolTip(f"Looks at {SAMPLES} test images")
        self.about = QLabel()
        self.about.setProperty("role", "caption")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.examples: list[ExampleButton] = []
        head = QHBoxLayout()
        head.setSpacing(theme.spacing)
        head.addWidget(self.heading)
        head.addWidget(self.about, 1)
        head.addWidget(self.find)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(head)
        column.addLayout(self._row)
        self.find.clicked.connect(self._find_or_stop)
        self.inquiry.progressed.connect(lambda _, text: self.about.setText(text))
        self.inquiry.answered.connect(self._take)
        self.inquiry.failed.connect(lambda error: self.about.setText(error.message))
        self.inquiry.settled.connect(self._settle)

    def look(self) -> None:
        """Shows the focus's unit, if its layer was looked at."""
        self._clear()
        if self._focus.subject is not None and self._scanned == self._arguments():
            self.inquiry.ask(unit=self._focus.unit, **self._arguments())
        else:
            self.inquiry.forget()
            self.about.setText("")
            self.find.show()

    def _arguments(self) -> dict[str, Any]:
        assert self._focus.subject is not None
        return {
            "layer": self._focus.layer,
            "samples": SAMPLES,
            "count": COUNT,
            **self._focus.subject.arguments,
        }

    def _find_or_stop(self) -> None:
        if self.inquiry.waiting:
            self.inquiry.forget()
            self.about.setText("")
        elif self._focus.subject is not None:
            self.find.setText("Stop")
            self.inquiry.ask(unit=self._focus.unit, **self._arguments())

    def _take(self, answer: dict[str, Any]) -> None:
        if answer["layer"] != self._focus.layer or answer["unit"] != self._focus.unit:
            return
        self._scanned = self._arguments()
        self._clear()
        for place, sample in enumerate(answer["samples"]):
            button = ExampleButton(sample)
            button.clicked.connect(
                lambda _=False, one=sample: self._focus.want_image(
                    [one["split"], one["index"]], True
                )
            )
            self._row.insertWidget(place, button)
            self.examples.append(button)
        self.about.setText(f"of {answer['scanned']:,} test images")
        self.find.hide()

    def _settle(self) -> None:
        self.find.setText("Find")

    def _clear(self) -> None:
        for button in self.examples:
            self._row.removeWidget(button)
            button.deleteLater()
        self.examples.clear()
