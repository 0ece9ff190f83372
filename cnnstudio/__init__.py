"""Draw convolutional networks, train them, and see what they see.

Importing this package imports neither torch nor Qt; names load on first use.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "load": "cnnstudio.graph.file",
    "save": "cnnstudio.graph.file",
    "templates": "cnnstudio.blueprints",
    "template": "cnnstudio.blueprints",
    "add_layers": "cnnstudio.layers.own.files",
    "allow": "cnnstudio.layers.own.consent",
    "with_settings": "cnnstudio.training.paths",
    "check": "cnnstudio.compiler.check",
    "build": "cnnstudio.compiler.build",
    "code": "cnnstudio.compiler.code",
    "from_module": "cnnstudio.compiler.importing",
    "augment": "cnnstudio.training.augmented",
    "rehearse": "cnnstudio.training.rehearsal",
    "find_batch_sizes": "cnnstudio.training.batch_sizes",
    "train": "cnnstudio.training.train",
    "sweep": "cnnstudio.training.sweep.conducting",
    "histograms": "cnnstudio.training.histograms",
    "history": "cnnstudio.interpret.over_time.history",
    "compare_runs": "cnnstudio.interpret.side_by_side",
    "beside_figure": "cnnstudio.interpret.side_by_side",
    "histograms_figure": "cnnstudio.interpret.figures.histograms",
    "filters": "cnnstudio.interpret.weights.filters",
    "filter_statistics": "cnnstudio.interpret.weights.statistics",
    "filter_history": "cnnstudio.interpret.weights.history",
    "filters_figure": "cnnstudio.interpret.weights.figures",
    "feature_maps": "cnnstudio.interpret.feature_maps",
    "computation": "cnnstudio.interpret.computation.compute",
    "explain": "cnnstudio.interpret.explanations.explain",
    "trust": "cnnstudio.interpret.trust.scorecard",
    "visualize": "cnnstudio.interpret.imagine.visualize",
    "attack": "cnnstudio.interpret.adversarial.attack",
    "methods": "cnnstudio.interpret.explanations.methods",
    "unit": "cnnstudio.interpret.units.unit",
    "open_run": "cnnstudio.interpret.subject",
    "activations": "cnnstudio.interpret.activations",
    "heat_figure": "cnnstudio.interpret.figures.making",
    "maps_figure": "cnnstudio.interpret.figures.making",
    "Figure": "cnnstudio.interpret.figures.figure",
    "Panel": "cnnstudio.interpret.figures.figure",
    "Scale": "cnnstudio.interpret.figures.figure",
    "embed": "cnnstudio.interpret.samples.embedding",
    "reductions": "cnnstudio.interpret.samples.reductions",
    "neighbours": "cnnstudio.interpret.samples.neighbours",
    "mistakes": "cnnstudio.interpret.samples.mistakes",
    "mistakes_figure": "cnnstudio.interpret.figures.samples",
    "export": "cnnstudio.deploy.export",
}


def __getattr__(name: str) -> Any:
    if name == "layers":
        return import_module("cnnstudio.layers")
    if name not in _HOMES:
        raise AttributeError(f"module 'cnnstudio' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*_HOMES, "layers", "__version__"]
