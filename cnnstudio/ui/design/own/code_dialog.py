"""Shows code that is not the studio's: to be allowed before it runs, or just to be read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.layers.own.code import OwnCode, for_eyes
from cnnstudio.ui import theme
from cnnstudio.ui.design.code_view import PythonColors
from cnnstudio.ui.design.parts import label, line

WIDTH, HEIGHT = 860, 640
LIST_WIDTH = 220


class CodeDialog(QDialog):
    """The texts of some code, one at a time.

    With `asks`, it says what allowing means, and emits `allowed` when that is chosen; Escape and
    the other button leave things as they are.
    """

    allowed = Signal()

    def __init__(
        self, codes: Sequence[OwnCode], parent: QWidget | None = None, *, asks: bool = False,
        leave: str = "Close", line_number: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("code_dialog")
        self.setWindowTitle("Allow this code?" if asks else "Code of the layers")
        self.resize(WIDTH, HEIGHT)
        self.codes = list(codes)
        self._asks = asks
        self._leave_text = leave
        self.files = QListWidget()
        self.files.setObjectName("code_files")
        self.files.setAccessibleName("Files")
        self.files.setFixedWidth(LIST_WIDTH)
        self.text = _text_view()
        self._colors = PythonColors(self.text.document())
        self._about = label("", "muted", "code_about")
        self._fill_files()
        self.files.currentItemChanged.connect(lambda *_: self._show_file())
        middle = QHBoxLayout()
        middle.setSpacing(theme.spacing)
        middle.addWidget(self.files)
        middle.addWidget(self.text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for part in self._head():
            column.addWidget(part)
        column.addLayout(middle, 1)
        column.addWidget(self._about)
        column.addWidget(line())
        column.addLayout(self._buttons())
        self.files.setVisible(self.files.count() > 1)
        self.files.setCurrentRow(0)
        self.leave_button.setFocus()
        if line_number:
            self._go_to(line_number)

    def redraw(self) -> None:
        """Colours the code in the current theme's colours."""
        self._colors.rehighlight()

    def _head(self) -> list[QLabel]:
        if not self._asks:
            return [label(_names(self.codes), "title", "code_title")]
        brings = "brings" if len(self.codes) == 1 else "bring"
        title = label("Allow this code to run?", "title", "code_title")
        what = label(
            f"{_names(self.codes)} {brings} Python code for layers. It runs with your rights when "
            "the network is checked or trained: it can read and write your files. Allow it if you "
            "trust where it comes from. You are asked again when its text changes.",
            "", "code_warning",
        )  # fmt: skip
        return [title, what]

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addStretch()
        leave = self.leave_button = QPushButton(self._leave_text)
        leave.setObjectName("code_leave")
        leave.clicked.connect(self.reject)
        if self._asks:
            allow = QPushButton("Allow this code")
            allow.setObjectName("code_allow")
            allow.setProperty("role", "primary")
            # Enter pressed without looking must not run anything.
            allow.setAutoDefault(False)
            allow.clicked.connect(self._allow)
            row.addWidget(leave)
            row.addWidget(allow)
        else:
            row.addWidget(leave)
        leave.setDefault(True)
        return row

    def _fill_files(self) -> None:
        for code in self.codes:
            for name, text in code.files.items():
                item = QListWidgetItem(name)
                item.setData(Qt.ItemDataRole.UserRole, (code, text))
                item.setToolTip(for_eyes(f"{name}, from {code.origin}").replace("\n", " "))
                self.files.addItem(item)

    def _show_file(self) -> None:
        code, text = self.files.currentItem().data(Qt.ItemDataRole.UserRole)
        self.text.setPlainText(for_eyes(text))
        self._about.setText(_about(code))

    def _go_to(self, line_number: int) -> None:
        block = self.text.document().findBlockByNumber(line_number - 1)
        self.text.setTextCursor(QTextCursor(block))
        # The line is put at the top, so that what follows it can be read.
        self.text.verticalScrollBar().setValue(block.firstLineNumber())

    def _allow(self) -> None:
        self.allowed.emit()
        self.accept()


def _text_view() -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setObjectName("own_code")
    made.setAccessibleName("Python code")
    made.setReadOnly(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setTabChangesFocus(True)
    made.setFont(theme.font(12, fixed=True))
    # Wrapped, so that nothing stands out of sight at the end of a long line.
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
    made.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


def _names(codes: Sequence[OwnCode]) -> str:
    names = [f"{c.distribution} {c.version}" if c.module else f"{c.name}.py" for c in codes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _about(code: OwnCode) -> str:
    """Which layers it gives, and what could not be understood."""
    lines = []
    if code.reading.layers:
        layers = ", ".join(kind.label for kind in code.reading.layers)
        lines.append(f"Layers: {layers}")
    if code.reading.error:
        lines.append(code.reading.error)
    lines += [str(note) for note in code.notes]
    if code.compiled:
        lines.append(f"Compiled, so not shown: {', '.join(code.compiled)}")
    return "\n".join(for_eyes(one) for one in lines)
