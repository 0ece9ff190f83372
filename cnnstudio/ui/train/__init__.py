"""The Train workspace: settings of a run, its curves as it goes, all runs."""

from cnnstudio.ui.train.workspace import TrainWorkspace

__all__ = ["TrainWorkspace"]
