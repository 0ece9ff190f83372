"""The remedies, each declared once: what it changes in a project, as edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnnstudio.data.augmentation.presets import preset
from cnnstudio.graph import Edit, Project, SetSetting
from cnnstudio.layers.declaration import Declaration
from cnnstudio.layers.endings import WANT_LOG_PROBABILITIES
from cnnstudio.training.doctor import surgery
from cnnstudio.training.losses import losses
from cnnstudio.training.optimizers import optimizers

# Given the paths of the nodes that the finding names; no edits where the remedy does not apply.
Edits = Callable[[Project, tuple[str, ...]], list[Edit]]


@dataclass(frozen=True)
class Remedy:
    """`title` is a button's words, `why` what it does for the run."""

    name: str
    title: str
    why: str
    edits: Edits


remedies: dict[str, Remedy] = {}


def remedy(title: str, why: str) -> Callable[[Edits], Edits]:
    """Declares the remedy whose edits the function under it makes; its name is the function's,
    with `-` for `_`."""

    def register(edits: Edits) -> Edits:
        name = edits.__name__.replace("_", "-")
        remedies[name] = Remedy(name, title, why, edits)
        return edits

    return register


@remedy("Lower the learning rate", "shorter steps, by a factor of ten")
def lower_rate(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return _training("learning_rate", _rounded(project.training.learning_rate / 10))


@remedy("Raise the learning rate", "longer steps, by a factor of ten")
def raise_rate(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    rate = project.training.learning_rate
    return _training("learning_rate", _rounded(rate * 10)) if rate < 1.0 else []


@remedy("Warm up for an epoch", "the first steps are short, while all weights are still random")
def warm_up(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return _training("warmup", 1.0) if project.training.warmup < 1.0 else []


@remedy("Let the rate fall on a cosine", "short steps at the end, where much is known already")
def cosine_schedule(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    if project.training.schedule.kind != "Constant":
        return []
    return _training("schedule", {"kind": "CosineAnnealing", "parameters": {}})


@remedy("Choose cross-entropy", "it takes the plain scores that the network gives")
def cross_entropy(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    training = project.training
    balanced = training.loss.parameters.get("balanced", False)
    if training.loss.kind not in WANT_LOG_PROBABILITIES:
        return []
    return _training("loss", {"kind": "CrossEntropyLoss", "parameters": {"balanced": balanced}})


@remedy("Clip gradients to a norm of 1", "no single batch can throw the weights far")
def clip_gradients(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    clip = project.training.clip_norm
    return _training("clip_norm", 1.0) if not 0 < clip <= 1.0 else []


@remedy("Normalise the images", "numbers around 0 of size 1 are what layers are made for")
def normalise_images(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    if project.data.normalize:
        return []
    return [SetSetting(section="data", name="normalize", value=True)]


@remedy("Train twice as long", "there is progress still to make")
def more_epochs(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return _training("epochs", min(2 * project.training.epochs, 100_000))


@remedy("Stop after 5 epochs in vain", "keeps what was learned at the best epoch")
def stop_early(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    patience = project.training.early_stopping
    return _training("early_stopping", 5) if not 0 < patience <= 5 else []


@remedy("More weight decay", "large weights, which learning by heart needs, are drawn to 0")
def more_weight_decay(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    decay = parameter_of(project, "optimizer", "weight_decay", optimizers)
    if decay is None or decay >= 0.5:
        return []
    return _parameter_edit("optimizer", "weight_decay", _rounded(max(5 * decay, 5e-4)))


@remedy("Add dropout at the end", "no unit can rely on another one")
def dropout(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return surgery.with_dropout(project)


@remedy("Augment the images", "an image that is never twice the same can't be learned by heart")
def augment(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    if project.data.augmentation:
        return []
    steps: Any = [step.model_dump(mode="json") for step in preset(_fitting(project)).steps]
    return [SetSetting(section="data", name="augmentation", value=steps)]


@remedy("Smooth the labels by a tenth", "no answer has to be certain, so wrong labels pull less")
def smooth_labels(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    smoothing = parameter_of(project, "loss", "label_smoothing", losses)
    return _parameter_edit("loss", "label_smoothing", 0.1) if smoothing == 0 else []


@remedy("Weigh rare classes more", "each class counts alike in the loss")
def balance_classes(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    balanced = parameter_of(project, "loss", "balanced", losses)
    return _parameter_edit("loss", "balanced", True) if balanced is False else []


@remedy("Take regularisation away", "nothing keeps the network from learning what it sees")
def less_regularisation(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    edits: list[Edit] = []
    if parameter_of(project, "optimizer", "weight_decay", optimizers):
        edits += _parameter_edit("optimizer", "weight_decay", 0.0)
    if project.training.l1 > 0:
        edits += _training("l1", 0.0)
    return edits + surgery.without_dropout(project)


@remedy("Use leaky ReLU there", "a unit always gets some gradient, and can come back")
def leaky_relu(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return surgery.with_kind(project, nodes, surgery.ZEROING, "LeakyReLU")


@remedy("Use ReLU, not sigmoid or tanh", "its gradient does not shrink for large inputs")
def relu(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return surgery.with_kind(project, (), surgery.TWO_ENDED, "ReLU")


@remedy("Normalise between layers", "keeps outputs, and so gradients, of one size at each depth")
def add_norm(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return surgery.with_norms(project)


@remedy("Keep the images in memory", "nothing has to be read while the network trains")
def images_in_memory(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return _training("keep_images", "memory") if project.training.keep_images == "disk" else []


@remedy("Read images with 16 threads", "more images are prepared at once")
def more_readers(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    return _training("readers", 16) if project.training.readers < 16 else []


@remedy("Halve the batches", "half the memory; two of them are added up for each step")
def smaller_batches(project: Project, nodes: tuple[str, ...]) -> list[Edit]:
    size, accumulate = project.training.batch_size, project.training.accumulate
    if size < 2 or size % 2 or accumulate * 2 > 65_536:
        return []
    return [*_training("batch_size", size // 2), *_training("accumulate", accumulate * 2)]


def _training(name: str, value: Any) -> list[Edit]:
    return [SetSetting(section="training", name=name, value=value)]


def parameter_of(project: Project, setting: str, name: str, declared: dict[str, Any]) -> Any | None:
    """A parameter of the chosen optimizer or loss, its default where it is not set; None if the
    chosen one has no such parameter."""
    chosen = getattr(project.training, setting)
    declaration: Declaration | None = declared.get(chosen.kind)
    defaults = declaration.defaults() if declaration is not None else {}
    return chosen.parameters.get(name, defaults[name]) if name in defaults else None


def _parameter_edit(setting: str, name: str, value: Any) -> list[Edit]:
    return _training(f"{setting}.parameters.{name}", value)


def _fitting(project: Project) -> str:
    """The augmentation that suits what the network sees: digits and letters, or photographs."""
    shapes = [
        node.parameters.get("shape") for node in project.network.nodes if node.kind == "Input"
    ]
    return "digits" if shapes and shapes[0] and shapes[0][0] == 1 else "light"


def _rounded(value: float) -> float:
    """Without the digits that dividing leaves."""
    return float(f"{value:.6g}")
