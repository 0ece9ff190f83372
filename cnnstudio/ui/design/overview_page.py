"""The inspector's page while no layer is selected: the project and what the network costs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from cnnstudio.graph import SetSetting
from cnnstudio.training.needs import inference_memory, training_memory
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.design.parts import add_line, key_label, label, page_column
from cnnstudio.ui.session import Session

FLOAT_BYTES = 4
# Actions whose keys are worth knowing, with what they do.
HINTS = (
    ("edit.search_layers", "Search the layers"),
    ("edit.add", "Add a layer"),
    ("view.command_palette", "Find a command, layer or node"),
    ("arrange.layout", "Arrange the network"),
)
ROWS = (
    ("layers", "Layers"),
    ("parameters", "Parameters"),
    ("weights", "Weights"),
    ("macs", "Multiply-adds an image"),
    ("activations", "Activations an image"),
    ("training", "Memory for training"),
    ("inference", "Memory for a prediction"),
)


class OverviewPage(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("overview_page")
        self.name = QLineEdit()
        self.name.setObjectName("project_name")
        self.name.setProperty("role", "name")
        self.name.setAccessibleName("Project name")
        self.name.setToolTip("Click to rename")
        self.name.setFont(theme.font(17, bold=True))
        self.name.setPlaceholderText("Unnamed project")
        self.name.textEdited.connect(lambda text: self._set("name", text))
        self.description = QPlainTextEdit()
        self.description.setObjectName("project_description")
        self.description.setAccessibleName("Description")
        self.description.setPlaceholderText("What is this network for?")
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(76)
        self.description.textChanged.connect(
            lambda: self._set("description", self.description.toPlainText())
        )
        column = page_column(self)
        column.addWidget(self.name)
        column.addWidget(self.description)
        add_line(column)
        column.addWidget(label("Network", "heading"))
        self._values = {key: _value(f"overview_{key}", title) for key, title in ROWS}
        table = _table()
        for row, (key, title) in enumerate(ROWS):
            table.addWidget(_words(title), row, 0)
            table.addWidget(self._values[key], row, 1, Qt.AlignmentFlag.AlignRight)
        column.addLayout(table)
        add_line(column)
        column.addWidget(label("Keys", "heading"))
        hints = _table()
        self._keys = {id: (_words(meaning), key_label("")) for id, meaning in HINTS}
        for row, (words, keys) in enumerate(self._keys.values()):
            hints.addWidget(words, row, 0)
            hints.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
        column.addLayout(hints)
        column.addStretch()

    def refresh(self) -> None:
        """Shows the project and the report as they are now."""
        project = self._session.project
        if self.name.text() != project.name:
            self.name.setText(project.name)
        if self.description.toPlainText() != project.description:
            self.description.blockSignals(True)
            self.description.setPlainText(project.description)
            self.description.blockSignals(False)
        layers, report = len(project.network.nodes), self._session.report
        texts = dict.fromkeys(self._values, "checking…" if layers else "–")
        texts["layers"] = f"{layers:,}"
        if report is not None and layers:
            texts["parameters"] = quantities.count(report.parameters)
            texts["weights"] = quantities.memory(report.parameters * FLOAT_BYTES)
            texts["macs"] = quantities.count(report.macs)
            texts["activations"] = quantities.memory(report.activation_bytes)
            texts["training"] = quantities.memory(training_memory(report, project.training))
            texts["inference"] = quantities.memory(inference_memory(report))
        for key, text in texts.items():
            self._values[key].setText(text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # By now the other panels have added their actions.
        actions = self._session.actions
        for id, (words, keys) in self._keys.items():
            text = actions[id].shortcut().toString() if id in actions else ""
            keys.setText(text)
            for part in (words, keys):
                part.setVisible(bool(text))

    def _set(self, name: str, value: str) -> None:
        if getattr(self._session.project, name) != value:
            self._session.try_apply(SetSetting(section="project", name=name, value=value), True)


def _value(name: str, title: str) -> QLabel:
    made = label("", "", name)
    made.setAccessibleName(title)
    made.setFont(theme.font(13))
    return made


def _words(text: str) -> QLabel:
    made = label(text, "muted")
    made.setWordWrap(False)
    return made


def _table() -> QGridLayout:
    table = QGridLayout()
    table.setContentsMargins(0, 0, 0, 0)
    table.setHorizontalSpacing(theme.spacing)
    table.setVerticalSpacing(6)
    table.setColumnStretch(0, 1)
    return table
