"""Everything that a run needs before its first step, or a clear reason why it can't begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from cnnstudio.compiler.check import check
from cnnstudio.compiler.report import Report
from cnnstudio.data.augmentation.chosen import chosen_steps
from cnnstudio.data.load import load
from cnnstudio.data.samples import Samples, Splits
from cnnstudio.graph import Project, RunError, TrainingSettings
from cnnstudio.training.answers import answers
from cnnstudio.training.batches import Batches
from cnnstudio.training.chosen import check_mixing, check_settings, check_watched
from cnnstudio.training.construction import make_optimizer
from cnnstudio.training.evaluate import Criterion
from cnnstudio.training.initial import initial_model
from cnnstudio.training.learning import Learners, learners
from cnnstudio.training.machine import Machine, choose_machine
from cnnstudio.training.mixed_labels import Truth
from cnnstudio.training.objective import Objective
from cnnstudio.training.processes import ALONE, Processes

if TYPE_CHECKING:
    from cnnstudio.data.augmentation.pipeline import Pipeline
    from cnnstudio.training.mixing import Mixing


@dataclass
class Preparation:
    """A run ready to begin."""

    project: Project
    device: torch.device
    input_shape: tuple[int, ...]  # (C, H, W)
    model: torch.nn.Module
    objective: Objective
    optimizer: Optimizer
    splits: Splits
    learners: Learners
    machine: Machine
    forward: Callable[[Tensor], Any]  # the model as it is called in training
    processes: Processes
    augmentation: Pipeline | None = None
    mixing: Mixing | None = None

    @cached_property
    def train(self) -> Batches:
        return self.batches(self.splits.train)

    @cached_property
    def validation(self) -> Batches:
        return self.batches(self.splits.validation)

    def train_in(self, epoch: int) -> Batches:
        """The training images as an epoch, from 0, sees them."""
        if self.augmentation is None:
            return self.train
        changes = self.augmentation
        return self.batches(self.splits.train.changed(changes.change(epoch), changes.source))

    def mixed(self, step: int, images: Tensor, labels: Tensor) -> tuple[Tensor, Truth]:
        """A batch as a step of the run, from 0, learns from it."""
        if self.mixing is None:
            return images, labels
        # Images are mixed with others of the batch, which another process may have.
        mixed, truth = self.mixing(step, self.processes.whole(images, len(labels)), labels)
        return self.processes.own(mixed), truth

    def loss(self, images: Tensor, truth: Truth) -> tuple[Tensor, Tensor]:
        """The loss of a batch, with those of further outputs, and the scores (N, classes).

        Losses are taken in full precision. Of several processes each gives its share of the
        images, and the labels of all.
        """
        with self.machine.autocast():
            outputs = answers(self.forward(images))
        scores = [self.processes.whole(output.float(), len(truth)) for output in outputs]
        return self.objective(scores, truth), scores[0]

    @property
    def criterion(self) -> Criterion:
        """The loss of the network's answer: its first output."""
        return self.objective.answer

    def begin_training(self) -> None:
        """Puts the model in training mode, but for what is frozen."""
        self.model.train()
        self.learners.freeze(self.model)

    def batches(self, samples: Samples) -> Batches:
        """Samples as this run takes them."""
        settings = self.settings
        return Batches(
            samples, self.device, settings.keep_images, settings.readers,
            self.machine.channels_last,
        )  # fmt: skip

    @property
    def settings(self) -> TrainingSettings:
        return self.project.training

    @property
    def samples_per_epoch(self) -> int:
        """A last batch of one image is left out: batch normalisation can't be trained on it."""
        count, size = len(self.splits.train), self.settings.batch_size
        return count - 1 if count % size == 1 and count > size > 1 else count

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.samples_per_epoch // self.settings.batch_size)

    @property
    def steps(self) -> int:
        return self.steps_per_epoch * self.settings.epochs

    def data_facts(self) -> dict[str, Any]:
        """The content of `data.json`."""
        splits = self.splits
        return {
            "dataset": self.project.data.dataset,
            "classes": splits.classes,
            "counts": np.bincount(splits.train.labels, minlength=len(splits.classes)).tolist(),
            "input_shape": list(self.input_shape),
            "mean": _numbers(splits.mean),
            "std": _numbers(splits.std),
            "generated": splits.generated,
            "sizes": {name: len(getattr(splits, name)) for name in ("train", "validation", "test")},
            "left_out": splits.problems,
            "corrected": {
                "left_out": len(splits.left_out),
                "relabelled": len(splits.relabelled),
            },
        }


def prepare(
    project: Project,
    device: torch.device,
    progress: Callable[[float | None, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    processes: Processes = ALONE,
) -> Preparation:
    """Checks the network, loads the data, builds the model with its initial weights.

    Raises RunError if the network can't be trained, DataError if the data can't be had.
    """
    report, settings = checked(project), project.training
    check_settings(settings)
    check_mixing(project)
    input_shape, outputs = _ends(project, report)
    augmentation, mixing = _changes(project, input_shape)
    with processes.one_after_another():
        splits = load(
            project.data, input_shape, progress=progress, cancelled=cancelled,
            hold=settings.keep_images != "disk",
        )  # fmt: skip
    if len(splits.train) == 0:
        raise RunError("There are no training images.", "Make the validation or test part smaller.")
    check_watched(settings, len(splits.classes))
    for name, shape in outputs.items():
        _check_head(f"'{name}'" if len(outputs) > 1 else "output", shape, splits.classes)
    labels = torch.from_numpy(splits.train.labels)
    objective = Objective(settings, list(outputs), labels, len(splits.classes), device)
    model = initial_model(project).to(device)
    if not any(p.requires_grad for p in model.parameters()):
        raise RunError(
            "The network has nothing to learn: none of its layers has weights.",
            "Add a layer such as Conv2d or Linear.",
        )
    how = learners(project)
    how.freeze(model.train())
    machine = choose_machine(settings, device, model, input_shape, report.macs)
    machine.lay_out(model)
    network = processes.wrapped(model, settings)
    groups = how.groups(model, settings.learning_rate, settings.decay_all)
    if not groups:
        raise RunError(
            "The network has nothing to learn: all of its layers are frozen.",
            "Unfreeze one, at least the last.",
        )
    ready = Preparation(
        project=project,
        device=device,
        input_shape=input_shape,
        model=model,
        objective=objective,
        optimizer=make_optimizer(
            settings.optimizer,
            groups,
            settings.learning_rate,
            "" if processes.divides else machine.fused_on,  # not every fused step takes shares
        ),
        learners=how,
        splits=splits,
        machine=machine,
        forward=machine.forward(network),
        processes=processes,
        augmentation=augmentation,
        mixing=mixing,
    )
    processes.check(ready.samples_per_epoch, settings.batch_size, model, input_shape)
    return ready


def _changes(
    project: Project, input_shape: tuple[int, ...]
) -> tuple[Pipeline | None, Mixing | None]:
    """What is done to single training images, and to batches; DataError for a wrong step."""
    steps, seed = project.data.augmentation, project.training.seed
    if not chosen_steps(steps):
        return None, None  # without loading torchvision, which takes seconds
    from cnnstudio.data.augmentation.pipeline import pipeline
    from cnnstudio.training.mixing import mixing

    return pipeline(steps, (input_shape[-2], input_shape[-1]), seed), mixing(steps, seed)


def choose_device(wish: str) -> torch.device:
    """The device for `auto`, `cpu`, `cuda` or `mps`; RunError if it is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wish == "auto":
        wish = next((name for name, found in there.items() if found), "cpu")
    if not there.get(wish, wish == "cpu"):
        raise RunError(
            f"This machine has no device '{wish}' that torch can use.", "Choose auto or cpu."
        )
    return torch.device(wish, torch.cuda.current_device()) if wish == "cuda" else torch.device(wish)


def checked(project: Project) -> Report:
    """The report on the project's network; RunError if it has errors."""
    report = check(project)
    errors = [problem for problem in report.problems if problem.severity == "error"]
    if not project.network.nodes:
        raise RunError("The network is empty.", "Add layers, or begin with a template.")
    if errors:
        first = errors[0]
        where = f"{first.node}: " if first.node and first.node not in first.message else ""
        others = len(errors) - 1
        more = f" ({others} more problem{'s' * (others > 1)})" if others else ""
        raise RunError(f"The network can't be trained. {where}{first.message}{more}", first.hint)
    return report


def _ends(project: Project, report: Report) -> tuple[tuple[int, ...], dict[str, list[int]]]:
    """Shape of the only input, and of each output by name, without the batch dimension."""
    inputs, outputs = (
        [node.name for node in project.network.nodes if node.kind == kind]
        for kind in ("Input", "Output")
    )
    if len(inputs) != 1:
        raise RunError(
            f"Classification needs one Input, and the network has {len(inputs)}.",
            "Keep one Input.",
        )
    if not outputs:
        raise RunError("Classification needs an Output, and the network has none.", "Add one.")
    return tuple(report.shapes[inputs[0]]), {name: list(report.shapes[name]) for name in outputs}


def _check_head(name: str, output: list[int], classes: list[str]) -> None:
    if len(output) != 1:
        raise RunError(
            f"The network's {name} is {'×'.join(map(str, output))}, but classification needs one "
            f"number for each of the {len(classes)} classes.",
            "Put a Flatten (or global pooling) and a Linear layer before the Output.",
        )
    if output[0] != len(classes):
        of = f"'s {name}" if name != "output" else ""
        raise RunError(
            f"The network{of} tells {output[0]} classes apart, but the data has {len(classes)}.",
            f"Set the last Linear layer's out_features to {len(classes)}.",
        )


def _numbers(values: Any) -> list[float]:
    return [float(value) for value in values]
