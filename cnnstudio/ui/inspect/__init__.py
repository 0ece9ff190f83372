"""The Inspect workspace: what a network makes of an image, and why."""

from cnnstudio.ui.inspect.workspace import InspectWorkspace

__all__ = ["InspectWorkspace"]
