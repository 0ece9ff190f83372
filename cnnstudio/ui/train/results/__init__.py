"""What a run's test found: metrics, confusion, classes, curves, and the images behind each."""

from cnnstudio.ui.train.results.view import ResultsView

__all__ = ["ResultsView"]
