"""Exporting, printing and copying the drawing from the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QGridLayout

from cnnstudio.graph import CnnStudioError
from cnnstudio.ui.canvas.drawing import Drawing
from cnnstudio.ui.message import Message

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

FILTERS = {".svg": "SVG drawing (*.svg)", ".pdf": "PDF (*.pdf)", ".png": "PNG picture (*.png)"}
PNG_SCALE = 3.0


class DrawingCommands:
    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas

    def drawing(self, thumbnails: bool, tinted: bool = True) -> Drawing:
        """The network that is shown as a drawing, with or without its thumbnails and the colours
        of what its layers cost."""
        canvas, scene = self._canvas, self._canvas.canvas_scene
        shown = {
            item.content.name: item.thumbnail for item in scene.nodes.values() if item.thumbnail
        }
        return Drawing(
            scene.network,
            canvas.findings(),
            scene.flow,
            shown if thumbnails else None,
            canvas.session.kind_of,
            tinted,
        )

    def export(self) -> None:
        """Asks where to, and whether with thumbnails and colours, and writes the file."""
        canvas, session = self._canvas, self._canvas.session
        path = session.document.path
        name = path.stem if path else session.project.name
        dialog = QFileDialog(self._canvas.window(), "Export the drawing", str(session.folder))
        dialog.fileSelected.connect(session.settings.remember_folder)
        dialog.setObjectName("export_drawing_dialog")
        # Qt's own dialog: the system's has no place for these questions.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(FILTERS.values()))
        dialog.setDefaultSuffix("svg")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(
                next(suffix for suffix, text in FILTERS.items() if text == chosen)[1:]
            )
        )
        dialog.selectFile(f"{name}.svg")
        thumbnails = QCheckBox("With feature maps, as the canvas shows them")
        thumbnails.setObjectName("export_thumbnails")
        thumbnails.setVisible(any(i.thumbnail for i in canvas.canvas_scene.nodes.values()))
        tinted = QCheckBox("Coloured by cost, as the canvas is")
        tinted.setObjectName("export_tinted")
        tinted.setChecked(True)
        tinted.setVisible(bool(canvas.findings().tints))
        if isinstance(layout := dialog.layout(), QGridLayout):
            for box in (thumbnails, tinted):
                layout.addWidget(box, layout.rowCount(), 1, 1, -1)
        dialog.fileSelected.connect(
            lambda chosen: self.save(Path(chosen), thumbnails.isChecked(), tinted.isChecked())
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path, thumbnails: bool = False, tinted: bool = True) -> None:
        """Writes the drawing as SVG, PDF or PNG, and tells of it."""
        session = self._canvas.session
        try:
            self.drawing(thumbnails, tinted).save(path, PNG_SCALE)
        except CnnStudioError as error:
            session.tell_error(error)
            return
        session.tell(Message(f"The drawing was written to {path}.", key="drawing", seconds=6))

    def print(self) -> None:
        """Asks for a printer, or a PDF file, and draws the network on one page."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self._canvas.session.project.name)
        dialog = QPrintDialog(printer, self._canvas.window())
        dialog.setObjectName("print_dialog")

        def answer(result: int) -> None:
            if result == QDialog.DialogCode.Accepted:
                try:
                    page = printer.pageLayout().paintRectPixels(printer.resolution())
                    self.drawing(thumbnails=False).print_to(printer, page)
                except CnnStudioError as error:
                    self._canvas.session.tell_error(error)

        dialog.finished.connect(answer)
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)  # QPrintDialog's own asks for a slot by its C++ name

    def copy(self) -> None:
        """Puts the drawing on the clipboard, as SVG and as a picture."""
        try:
            made = self.drawing(thumbnails=True)
        except CnnStudioError as error:
            self._canvas.session.tell_error(error)
            return
        data = QMimeData()
        data.setData("image/svg+xml", made.svg())
        data.setImageData(made.image())
        QGuiApplication.clipboard().setMimeData(data)
