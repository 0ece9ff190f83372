"""Workspaces of one line, so that the frame is tested without what stands in it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.ui.session import Session


class Placeholder(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        QVBoxLayout(self)
