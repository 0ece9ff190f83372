"""The window's way to import a network."""

from cnnstudio.ui.importing.dialog import ImportDialog

__all__ = ["ImportDialog"]
