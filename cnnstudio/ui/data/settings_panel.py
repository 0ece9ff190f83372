"""Choosing the dataset, its options, and how it is split and fitted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.data.catalogue import datasets, names_other_images
from cnnstudio.graph import DataSettings, Edit, Group, SetSetting
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.forms import Form, parameters_of_settings
from cnnstudio.ui.session import Session

FOLDER = "folder"
PATHS = ("path", "root")  # options that name a folder
SPLIT = ("validation", "test", "seed")
FOR_CHECKS = ("shuffled_labels",)
INPUT = ("resize", "normalize")


WITHOUT_CORRECTIONS = (
    SetSetting(section="data", name="left_out", value=[]),
    SetSetting(section="data", name="relabelled", value={}),
)


class SettingsPanel(QScrollArea):
    """A view of `project.data`: each change is an edit of the document."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown = ""
        self.setAccessibleName("Data settings")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(theme.spacing)
        self.setWidget(page)
        self.dataset = ChoiceBox("Dataset", ((d.title, kind) for kind, d in datasets.items()))
        self.dataset.activated.connect(lambda _: self.choose(self.dataset.currentData()))
        self.about = _words("muted")
        self.kind = _words("caption")
        self.options = Form(())
        self.browse = QPushButton("Choose folder…")
        self.browse.setAccessibleName("Choose the folder of the images")
        self.browse.clicked.connect(self.ask_for_folder)
        beside = QHBoxLayout()
        beside.addStretch()
        beside.addWidget(self.browse)
        self.split = Form(parameters_of_settings(DataSettings, SPLIT, advanced=FOR_CHECKS))
        self.input = Form(parameters_of_settings(DataSettings, INPUT))
        for form in (self.split, self.input):
            form.edited.connect(self._set)
        self._column.addWidget(_heading("Dataset"))
        self._column.addWidget(self.dataset)
        self._column.addWidget(self.kind)
        self._column.addWidget(self.about)
        self._column.addWidget(self.options)
        self._column.addLayout(beside)
        self._section("Split", self.split)
        self._section("Fit to the network", self.input)
        self._column.addStretch()
        session.changed.connect(lambda _: self.refresh())
        session.document_replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the document's data settings."""
        data = self._session.project.data
        if data.dataset != self._shown:
            self._show_dataset(data.dataset)
        self.options.show_values(data.options)
        values = data.model_dump(mode="json")
        self.split.show_values(values)
        self.input.show_values(values)

    def choose(self, kind: str) -> None:
        """Makes another dataset the project's; the old one's options and corrections go."""
        if kind == self._session.project.data.dataset:
            return
        self._choose(kind, {})

    def choose_folder(self, path: Path) -> None:
        """Makes a folder of images the project's data."""
        data = self._session.project.data
        name = next((n for n in self._path_options(data.dataset)), None)
        if name is None or data.dataset != FOLDER:
            self._choose(FOLDER, {"path": str(path)})
        else:
            self._set(f"options.{name}", str(path), False)

    def ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", str(self._session.folder))
        dialog.fileSelected.connect(self._session.settings.remember_folder)
        dialog.setObjectName("choose_folder_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        for index in range(self.dataset.count()):
            declared = datasets[self.dataset.itemData(index)]
            if declared.icon:
                self.dataset.setItemIcon(index, theme.icon(declared.icon, "text_muted"))
        for form in (self.options, self.split, self.input):
            form.redraw()

    def _show_dataset(self, kind: str) -> None:
        self._shown = kind
        declared = datasets.get(kind)
        self.dataset.setPlaceholderText(kind)
        if declared is None:
            self.dataset.setCurrentIndex(-1)
        else:
            self.dataset.choose(kind)
        form = Form(declared.parameters if declared else ())
        form.edited.connect(lambda name, value, merge: self._set(f"options.{name}", value, merge))
        self._column.replaceWidget(self.options, form)
        self.options.hide()
        self.options.deleteLater()
        self.options = form
        form.setVisible(bool(declared and declared.parameters))
        self.browse.setVisible(bool(self._path_options(kind)))
        self.about.setText(declared.doc if declared else "This version knows no such dataset.")
        self.kind.setText(_kind_text(kind))
        self.redraw()

    def _take_folder(self, chosen: str) -> None:
        data = self._session.project.data
        [name, *_] = self._path_options(data.dataset)
        self._set(f"options.{name}", chosen, False)

    def _path_options(self, kind: str) -> list[str]:
        declared = datasets.get(kind)
        shown = [one for one in declared.parameters if not one.advanced] if declared else []
        names = [one.name for one in shown]
        return [name for name in PATHS if name in names]

    def _choose(self, kind: str, options: dict[str, str]) -> None:
        edits = (
            SetSetting(section="data", name="dataset", value=kind),
            SetSetting(section="data", name="options", value=options),
            *WITHOUT_CORRECTIONS,
        )
        title = datasets[kind].title if kind in datasets else kind
        self._session.try_apply(Group(text=f"Choose {title}", edits=edits))

    def _set(self, name: str, value: object, merge: object) -> None:
        edit: Edit = SetSetting(section="data", name=name, value=value)
        data = self._session.project.data
        if (data.left_out or data.relabelled) and names_other_images(data, name):
            edit = Group(text=edit.label, edits=(edit, *WITHOUT_CORRECTIONS))
        if not self._session.try_apply(edit, merge):
            self.refresh()

    def _section(self, title: str, form: Form) -> None:
        self._column.addSpacing(theme.spacing)
        self._column.addWidget(_heading(title))
        self._column.addWidget(form)


def _kind_text(kind: str) -> str:
    declared = datasets.get(kind)
    if declared is None:
        return ""
    parts = [declared.category]
    if declared.generated:
        parts.append("generated images, not real ones")
    if declared.downloads:
        parts.append("downloaded once")
    return " · ".join(parts)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
