"""The metrics, each declared once. No torch is needed to read them.

What is told after an epoch, the final test, early stopping, the choice of the best epoch, the
command line and the window all read this list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TORCHMETRICS = "https://lightning.ai/docs/torchmetrics/stable/classification/"
VALIDATION = "val_"
TRAINING = "train_"


@dataclass(frozen=True)
class Metric:
    """A number that tells how good a network is.

    A `share` lies in 0…1 and is written in per cent. A `live` one is cheap enough to be told after
    each epoch. One that is `per_class` has a number for each class, and over all classes their
    mean, in which each class counts the same.
    """

    name: str
    title: str  # with {k} where it depends on `training.top_k`
    doc: str
    reference: str
    higher_is_better: bool = True
    share: bool = True
    live: bool = False
    per_class: bool = False

    def title_for(self, k: int | str) -> str:
        return self.title.format(k=k)

    def in_words(self, k: int | str) -> str:
        """The title within a sentence."""
        title = self.title_for(k)
        return title[0].lower() + title[1:] if title[1].islower() else title

    def is_better(self, value: float, best: float, margin: float = 0.0) -> bool:
        """Whether a value is better than the best so far, by more than a margin."""
        return value > best + margin if self.higher_is_better else value < best - margin

    def written(self, value: float | None) -> str:
        """`97.3%`, or `0.1234` for what is no share; empty for what can't be told."""
        if value is None:
            return ""
        return f"{value:.1%}" if self.share else f"{value:.4f}"


def _declared(*declared: Metric) -> dict[str, Metric]:
    return {metric.name: metric for metric in declared}


metrics = _declared(
    Metric(
        "loss", "Loss", "What training makes small, on images that it does not learn from.",
        TORCHMETRICS, higher_is_better=False, share=False, live=True,
    ),
    Metric(
        "accuracy", "Accuracy", "The share of all images that are recognised.",
        TORCHMETRICS + "accuracy.html", live=True,
    ),
    Metric(
        "top_k", "Top-{k} accuracy",
        "The share of images whose class is among the {k} that the network finds most probable.",
        TORCHMETRICS + "accuracy.html", live=True,
    ),
    Metric(
        "precision", "Precision", "Of the images taken for a class, the share that is of it.",
        TORCHMETRICS + "precision.html", live=True, per_class=True,
    ),
    Metric(
        "recall", "Recall", "Of the images of a class, the share that is recognised.",
        TORCHMETRICS + "recall.html", live=True, per_class=True,
    ),
    Metric(
        "f1", "F1", "The harmonic mean of precision and recall: high only where both are.",
        TORCHMETRICS + "f1_score.html", live=True, per_class=True,
    ),
    Metric(
        "roc_auc", "ROC-AUC",
        "How probably an image of a class gets a higher score for it than an image of another: "
        "50 % is guessing.",
        TORCHMETRICS + "auroc.html", per_class=True,
    ),
    Metric(
        "average_precision", "Average precision",
        "Precision as the threshold on the class's score falls, averaged over recall: what is "
        "looked at where a class is rare.",
        TORCHMETRICS + "average_precision.html", per_class=True,
    ),
    Metric(
        "calibration_error", "Calibration error",
        "By how much the network's confidence differs from how often it is right, on average over "
        "15 bins of confidence (expected calibration error).",
        "https://arxiv.org/abs/1706.04599", higher_is_better=False, live=True,
    ),
)  # fmt: skip

# Told after each epoch whatever the settings say: the curves and the choice of the best need them.
ALWAYS = ("loss", "accuracy")


def watchable() -> tuple[str, ...]:
    """Names, as in an epoch's event, of what early stopping and the choice of the best may use."""
    return tuple(VALIDATION + metric.name for metric in metrics.values() if metric.live)


def metric_of(name: str) -> Metric:
    """The metric of a name in an epoch's event: `val_f1`, `train_loss`."""
    return metrics[name.partition("_")[2]]


def told_live(wished: Iterable[str], *watched: str) -> tuple[str, ...]:
    """The metrics to tell after each epoch, in order: those wished for, and those watched (names
    as in the event)."""
    wanted = {*ALWAYS, *wished}
    wanted |= {name.removeprefix(VALIDATION) for name in watched if name.startswith(VALIDATION)}
    return tuple(name for name in metrics if name in wanted)


def over_all(summary: Mapping[str, Any]) -> list[list[str]]:
    """The metrics of a `predictions.json` as rows: title, value in words, what else is to know."""
    k = summary.get("top_k_of") or "k"
    return [
        [
            metric.title_for(k) + (", mean over classes" if metric.per_class else ""),
            metric.written(summary.get(metric.name)) or "can't be told",
            "" if metric.higher_is_better else "lower is better",
        ]
        for metric in metrics.values()
    ]


def is_better_epoch(epoch: Mapping[str, Any], best: Mapping[str, Any], by: str) -> bool:
    """Whether an epoch's metrics are better than those of the best: by the metric `by` (`val_f1`),
    then by lower loss. One whose metric can't be told is never better than one whose can."""
    new, old = epoch.get(by), best.get(by)
    if new is None or old is None:
        return new is not None
    if new != old:
        return metric_of(by).is_better(new, old)
    return bool(epoch["val_loss"] < best["val_loss"])
