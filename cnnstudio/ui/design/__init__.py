"""The Design workspace: the palette, the canvas, the inspector, problems and history."""

from cnnstudio.ui.design.workspace import DesignWorkspace

__all__ = ["DesignWorkspace"]
