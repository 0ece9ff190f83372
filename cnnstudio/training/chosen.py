"""What a project's settings choose, looked up and checked. No torch is needed for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.data.augmentation.chosen import chosen_steps
from cnnstudio.graph import Component, ProblemError, Project, RunError, TrainingSettings
from cnnstudio.graph.spelling import meant
from cnnstudio.training.declared import Declared
from cnnstudio.training.losses import losses
from cnnstudio.training.metrics import told_live
from cnnstudio.training.optimizers import REFUSED, optimizers
from cnnstudio.training.schedules import schedules

Chosen = tuple[Declared, dict[str, Any]]  # the declaration and its target's arguments


def check_settings(training: TrainingSettings) -> None:
    """Raises RunError if an optimizer, a schedule or a loss is unknown or wrongly set."""
    optimizer_of(training.optimizer)
    schedule_of(training.schedule)
    for loss in _losses(training):
        loss_of(loss)


def check_mixing(project: Project) -> None:
    """Raises RunError if images are mixed and the loss is not for that, DataError for a wrong step
    of the augmentation."""
    mixing = [step for step in chosen_steps(project.data.augmentation) if step.declared.of_batches]
    for declared in [loss_of(loss)[0] for loss in _losses(project.training)]:
        if mixing and declared.unmixed:
            raise RunError(
                f"The loss {declared.kind} is not for images mixed by {mixing[0].declared.kind}. "
                f"{declared.unmixed}",
                "Choose another loss, such as CrossEntropyLoss, or turn the step off.",
            )


def optimizer_of(chosen: Component) -> Chosen:
    """The chosen optimizer; RunError for a wrong kind or parameter."""
    if chosen.kind in REFUSED:
        raise RunError(
            f"{chosen.kind} is not for training in batches. {REFUSED[chosen.kind]}",
            "Choose AdamW or SGD.",
        )
    return _declared(optimizers, chosen, "optimizer")


def schedule_of(chosen: Component) -> Chosen:
    """The chosen schedule; RunError for a wrong kind or parameter."""
    return _declared(schedules, chosen, "schedule")


def loss_of(chosen: Component) -> Chosen:
    """The chosen loss; RunError for a wrong kind or parameter."""
    return _declared(losses, chosen, "loss")


def live_metrics(training: TrainingSettings) -> tuple[str, ...]:
    """The metrics told after each epoch: those wished for, and those that something watches."""
    plateau = str(training.schedule.parameters.get("metric", ""))
    watched = (training.early_metric, training.best_metric, plateau)
    return told_live(training.live_metrics, *watched)


def check_watched(training: TrainingSettings, classes: int) -> None:
    """Raises RunError if the run would wait for a metric that can't be told of so many classes."""
    if training.top_k >= classes and "top_k" in live_metrics(
        training.model_copy(update={"live_metrics": ()})
    ):
        raise RunError(
            f"Top-{training.top_k} accuracy can't be watched: there are only {classes} classes, "
            "so that it is always 100 %.",
            "Watch another metric, or lower training.top_k.",
        )


def _losses(training: TrainingSettings) -> tuple[Component, ...]:
    return (training.loss, *training.added_losses, *training.output_losses.values())


def _declared(catalogue: Mapping[str, Declared], chosen: Component, what: str) -> Chosen:
    declaration = catalogue.get(chosen.kind)
    if declaration is None:
        raise RunError(
            f"There is no {what} '{chosen.kind}'.{meant(chosen.kind, catalogue)}",
            f"Choose one of: {', '.join(catalogue)}.",
        )
    try:
        return declaration, declaration.arguments(chosen.parameters)
    except ProblemError as error:
        raise RunError(f"The {what} {chosen.kind}: {error.message}", error.hint) from None
