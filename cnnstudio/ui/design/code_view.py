"""The network as Python: a file that defines the same module with plain torch."""

from __future__ import annotations

import keyword
import re

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QGuiApplication,
    QHideEvent,
    QShowEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from cnnstudio.graph import CnnStudioError
from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

WORDS = "|".join(keyword.kwlist)
TOKENS = re.compile(
    rf'(?P<ok>"""|"[^"\n]*"|\'[^\'\n]*\')|(?P<text_muted>#.*)|(?P<accent>\b(?:{WORDS}|self)\b)'
    r"|(?P<warning>\b\d[\w.]*)"
)
QUOTES = '"""'


class CodeView(QWidget):
    """Follows the document while it is in sight."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._inquiry = Inquiry(session, "code", "design code", self)
        self._inquiry.answered.connect(self._show)
        self._inquiry.failed.connect(self._show_failure)
        self.setObjectName("code_view")
        self.text = QPlainTextEdit()
        self.text.setObjectName("code")
        self.text.setAccessibleName("Python code of the network")
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setProperty("role", "code")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font(12, fixed=True))
        self._highlighter = PythonColors(self.text.document())
        self.copy_button = QPushButton("Copy")
        self.copy_button.setObjectName("copy_code")
        self.copy_button.setAccessibleName("Copy the code")
        self.copy_button.setToolTip("Copy the code")
        self.copy_button.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(self.text)
        over = QVBoxLayout(self.text)
        over.setContentsMargins(0, 4, 16, 0)
        over.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        session.report_changed.connect(lambda _: self._ask())
        session.document_replaced.connect(self._ask)

    def redraw(self) -> None:
        """Colours the code in the current theme's colours."""
        self._highlighter.rehighlight()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._inquiry.forget()

    def _ask(self) -> None:
        if self.isVisible():
            self._inquiry.ask(project=self._session.project)

    def _show(self, code: str) -> None:
        self.copy_button.setEnabled(True)
        if code != self.text.toPlainText():
            bar = self.text.verticalScrollBar()
            place = bar.value()
            self.text.setPlainText(code)
            bar.setValue(place)

    def _show_failure(self, error: Exception) -> None:
        message = Message.of(error)
        lines = ["There is no code yet.", message.text, message.hint]
        if isinstance(error, CnnStudioError):
            self.text.setPlainText("\n".join(f"# {line}" for line in lines if line))
        else:
            self.text.clear()
            self._session.tell(message)
        self.copy_button.setEnabled(False)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


class PythonColors(QSyntaxHighlighter):
    """Colours strings, comments, keywords and numbers."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str) -> None:
        start, within = 0, self.previousBlockState() == 1
        if within:
            end = text.find(QUOTES)
            start = len(text) if end < 0 else end + len(QUOTES)
            self._color(0, start, "ok")
            within = end < 0
        while start < len(text) and (found := TOKENS.search(text, start)) is not None:
            begin, start = found.span()
            if found.group() == QUOTES:
                end = text.find(QUOTES, start)
                within = end < 0
                start = len(text) if within else end + len(QUOTES)
            self._color(begin, start, found.lastgroup or "text")
        self.setCurrentBlockState(1 if within else 0)

    def _color(self, begin: int, end: int, token: str) -> None:
        form = QTextCharFormat()
        form.setForeground(theme.color(token))
        self.setFormat(begin, end - begin, form)
