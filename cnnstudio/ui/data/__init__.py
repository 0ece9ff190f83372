"""The Data workspace: which images a network learns from."""

from cnnstudio.ui.data.workspace import DataWorkspace

__all__ = ["DataWorkspace"]
