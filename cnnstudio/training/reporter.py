"""A run told in the terminal: a progress bar where there is one, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cnnstudio.training.events import Event
from cnnstudio.training.going_on import in_words
from cnnstudio.training.metrics import ALWAYS, metrics
from cnnstudio.training.rundir import RunDirectory


@contextmanager
def reporter(run: RunDirectory) -> Iterator[Callable[[Event], None]]:
    """Yields what is to be called with each event."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Run {run.path}", markup=False)
    if not console.is_terminal:
        yield lambda event: _print_line(console, event)
        _tell_how_to_go_on(console, run)
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[rate]}"),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Preparing", total=None, rate="")

        def show(event: Event) -> None:
            _print_line(console, event)
            if event["type"] == "start":
                progress.reset(task, total=event["steps"], completed=event["step"], rate="")
                progress.update(task, description="Training")
            elif event["type"] == "step":
                rate = f"loss {_number(event['loss'])}, {event['samples_per_second']:,.0f} images/s"
                description = f"Epoch {event['epoch']}"
                progress.update(task, completed=event["step"], rate=rate, description=description)
            elif event["type"] in ("paused", "resumed"):
                description = "Paused" if event["type"] == "paused" else "Training"
                progress.update(task, description=description)

        yield show
    _tell_how_to_go_on(console, run)


def _tell_how_to_go_on(console: Console, run: RunDirectory) -> None:
    if run.status().state == "stopped":
        console.print(f"Go on with: cnnstudio train --resume --run-dir {run.path}",
                      markup=False)  # fmt: skip
    if any(event["type"] == "finding" for event in run.history()):
        console.print(f"What helps: cnnstudio doctor {run.path}", markup=False)


def _print_line(console: Console, event: Event) -> None:
    line = _line(event)
    if line:
        console.print(line, markup=False)


def _line(event: Event) -> str:
    """The sentence for an event; empty for what is too frequent to be told."""
    kind = event["type"]
    if kind == "start":
        again = in_words(event.get("again") or ())
        went_on = f", going on from step {event['step']}" if event["resumed"] else ""
        if again and not went_on:
            went_on = ", from the start"
        length = f"{event['epochs']} epochs ({event['steps']} steps)"
        images = ", on generated images" if event.get("generated") else ""
        images += "".join(f", {note}" for note in event.get("origin", ()))
        return f"Training {length} on {event['device']}{images}{went_on}{again}"
    if kind == "epoch":
        line = f"Epoch {event['epoch']}: train {_pair(event, 'train')}"
        if "val_loss" in event:
            line += f" · validation {_pair(event, 'val')}"
            line += "".join(f", {told}" for told in _further(event))
        return f"{line} · {event['seconds']:.1f} s"
    if kind == "note":
        return str(event["message"])
    if kind == "finding":
        evidence = "; ".join(f"{name}: {text}" for name, text in event["evidence"].items())
        return f"Doctor: {event['message']} ({evidence})"
    if kind == "warning":
        return f"Warning: {event['message']}"
    if kind in ("paused", "resumed"):
        return f"{kind.capitalize()} at step {event['step']}"
    if kind == "end":
        tested = f": test {_pair(event, 'test')}" if "test_loss" in event else ""
        best = " (the best epoch's weights)" if tested else ""
        return f"{event['state'].capitalize()}{tested}{best}"
    return ""


def _further(event: Event) -> Iterator[str]:
    """The validation's metrics beside loss and accuracy, as `F1 97.8%`."""
    for name, metric in metrics.items():
        value = event.get(f"val_{name}")
        if name not in ALWAYS and value is not None:
            yield f"{metric.in_words('k')} {metric.written(value)}"


def _pair(event: Event, split: str) -> str:
    return f"loss {_number(event[f'{split}_loss'])}, accuracy {event[f'{split}_accuracy']:.1%}"


def _number(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.4f}"
