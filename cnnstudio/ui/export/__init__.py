"""Taking the network out: the dialog, and the process that does it."""

from cnnstudio.ui.export.dialog import ExportDialog

__all__ = ["ExportDialog"]
