"""The loop: epochs, steps, and between steps a look at what the user wants."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor

from cnnstudio.graph import RunError
from cnnstudio.training.checkpoint import Snapshot, load_checkpoint
from cnnstudio.training.chosen import live_metrics
from cnnstudio.training.divergence import Origin, examine, examine_evaluation
from cnnstudio.training.evaluate import Evaluation, evaluate
from cnnstudio.training.events import EventLog
from cnnstudio.training.heartbeat import Heartbeat
from cnnstudio.training.histogram_recorder import HistogramRecorder
from cnnstudio.training.histograms import FILE
from cnnstudio.training.initial import initial_model
from cnnstudio.training.keeper import Keeper
from cnnstudio.training.layer_numbers import LayerNumbers
from cnnstudio.training.living.trainer import Living
from cnnstudio.training.metrics import is_better_epoch, metric_of
from cnnstudio.training.mixed_labels import MixedLabels
from cnnstudio.training.pace import Pace
from cnnstudio.training.plateau import Watch
from cnnstudio.training.preparation import Preparation
from cnnstudio.training.randomness import epoch_order, seed_step
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.snapshots import Snapshots
from cnnstudio.training.steering import LOOK_SECONDS, Steering
from cnnstudio.training.tally import Tally
from cnnstudio.training.update import Update
from cnnstudio.training.waiting import Waiting

# Steps are told at most this often: more would cost time and draw no better curve.
EVENT_SECONDS = 0.1
TELLING_SHARE = 0.005
SELDOM = 5  # times as long between two events, at the most
# The way to a loss that is no number is gone again if it takes no longer.
LONGEST_WAY_SECONDS = 60.0
LOSSES_BEFORE = 5  # are told with it


class Loop:
    """A run over time: where it stands, and the way to its end.

    `step`, `epoch` and `batch` count what is finished: steps of the run, epochs of the run,
    batches of the epoch.
    """

    def __init__(
        self,
        ready: Preparation,
        run: RunDirectory,
        log: EventLog,
        heartbeat: Heartbeat,
        steering: Steering,
    ) -> None:
        self.step = 0
        self.epoch = 0
        self.batch = 0
        self.seconds = 0.0  # spent in this epoch before `_epoch_begun`
        self.tally = Tally()
        self.best: dict[str, Any] | None = None
        self._ready = ready
        self._settings = ready.settings
        self._processes = ready.processes
        self._log = log
        self._heartbeat = heartbeat
        self._steering = steering
        self._update = Update(ready)
        self._numbers = (
            None
            if ready.processes.divides or not ready.processes.leads
            else LayerNumbers(
                ready, lambda: self._update.gradient_norm, HistogramRecorder(run.path / FILE)
            )
        )
        self._living = None if self._numbers is None else Living(ready, run, self._note)
        self._waiting = Waiting()
        self._progress = Watch(
            self._settings.early_metric, self._settings.early_change, absolute=True
        )
        self._keeper = Keeper(run, self._snapshot, self._processes)
        self._snapshots = Snapshots(
            run, self._settings, ready.steps, lambda: self._update.model.state_dict(), self._say
        )
        self._epoch_begun = time.monotonic()
        self._told = float("-inf")
        self._quiet = EVENT_SECONDS
        self._pace = Pace(0)

    def restore(self, folder: Path) -> None:
        """Goes back to where a checkpoint was made."""
        update = self._update
        state = load_checkpoint(folder, self._ready.model, self._ready.optimizer, update.average)
        try:
            if update.plateau is not None:
                update.plateau.restore(state["plateau"])
            if update.scaler is not None:
                update.scaler.load_state_dict(state["scaler"])
            self._progress = Watch(**state["progress"]) if "progress" in state else self._progress
            self.step, self.epoch, self.batch = state["step"], state["epoch"], state["batch"]
            self.seconds, self.best = state["seconds"], state["best"]
            self.tally = Tally(**state["tally"])
        except (KeyError, TypeError):
            raise RunError(f"{folder / 'state.json'} is damaged.") from None

    def go(self) -> bool:
        """Trains to the end; False if the user stopped it before. Leaves a checkpoint."""
        self._pace = Pace(self.step)
        self._heartbeat.step = self.step
        if self._numbers is not None:
            self._numbers.begin(self.step, self.epoch + 1)
        if self._processes.leads and not self._processes.divides:
            self._snapshots.begin(self.step)
        while self.epoch < self._settings.epochs and not self.ended_early:
            if not self._go_through_epoch():
                return False
        if self.ended_early:
            self._note(
                f"Stopped early: validation {self._watched} has not become better for "
                f"{self._progress.waited} epochs."
            )
        self._checkpoint(self._keeper.write())
        return True

    @property
    def ended_early(self) -> bool:
        """Whether there was no progress for as long as the settings allow."""
        patience = self._settings.early_stopping
        return 0 < patience <= self._progress.waited

    @property
    def _watched(self) -> str:
        return metric_of(self._settings.early_metric).in_words(self._settings.top_k)

    # An epoch

    def _go_through_epoch(self) -> bool:
        self._heartbeat.note(epoch=self.epoch + 1)
        self._epoch_begun = time.monotonic()
        for images, labels in self._waiting.over(self._batches()):
            if not self._obey():
                return False
            self._snapshots.take_if_due(self.step)
            self._train_on(images, labels)
            self._tell_step_if_due()
            self._tell_layers_if_measured(images)
            self._look_if_watched()
        self._end_epoch()
        return True

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Those of this epoch that are left."""
        ready, size = self._ready, self._settings.batch_size
        order = epoch_order(self._settings.seed, self.epoch, len(ready.splits.train))
        ready.begin_training()
        batches = ready.train_in(self.epoch)
        order = order[: ready.samples_per_epoch]
        yield from self._processes.batches(batches, order, size, self.batch)

    def _train_on(self, images: Tensor, labels: Tensor) -> None:
        ready = self._ready
        seed_step(self._settings.seed, self.step, ready.device, self._processes.rank)
        self._processes.synchronise(self._update.closes(self.batch))
        images, truth = ready.mixed(self.step, images, labels)
        loss, logits = ready.loss(images, truth)
        self._update.take(loss, self.step, self.batch, len(labels))
        self.tally.add(loss, logits, truth.main if isinstance(truth, MixedLabels) else truth)
        self.step += 1
        self.batch += 1
        self._heartbeat.step = self.step
        self._pace.add(len(labels))

    def _end_epoch(self) -> None:
        self._tell_step_if_due()
        self._take_in()
        self._processes.level(self._update.model)
        evaluation = evaluate(
            self._update.model, self._ready.validation, self._ready.criterion,
            self._settings.batch_size, self._ready.machine.autocast, self._processes,
        )  # fmt: skip
        metrics = self._processes.agree(lambda: self._epoch_metrics(evaluation))
        self._log.write("epoch", step=self.step, **metrics)
        if self._update.look(metrics):
            self._note("No progress: the learning rate falls.")
        if metrics.get(self._settings.early_metric) is not None:
            self._progress.look(metrics[self._settings.early_metric])
        is_best = self._is_best(metrics)
        if is_best:
            self.best = metrics
            self._heartbeat.note(best=metrics)
        self.epoch, self.batch, self.seconds, self.tally = self.epoch + 1, 0, 0.0, Tally()
        self._epoch_begun = time.monotonic()
        every = self._settings.checkpoint_every
        kept = every > 0 and self.epoch % every == 0
        folder = self._keeper.end_of_epoch(self.epoch, is_best, kept)
        if folder is not None:
            self._checkpoint(folder)

    def _epoch_metrics(self, evaluation: Evaluation | None) -> dict[str, Any]:
        metrics: dict[str, Any] = {
            "epoch": self.epoch + 1,
            "train_loss": self.tally.loss,
            "train_accuracy": self.tally.accuracy,
        }
        if evaluation is not None:
            if not math.isfinite(evaluation.loss):
                ready, size = self._ready, self._settings.batch_size
                origin = None if ready.processes.count > 1 else examine_evaluation(
                    self._update.model, ready.validation.in_order(size), self.step,
                    ready.machine.autocast,
                )  # fmt: skip
                raise self._diverged("validation loss", self.step, origin)
            names = live_metrics(self._settings)
            values = {name: evaluation.value(name, self._settings.top_k) for name in names}
            metrics |= {f"val_{name}": value for name, value in values.items()}
        metrics["learning_rate"] = self._update.learning_rate
        metrics["seconds"] = round(self._epoch_seconds, 3)
        return metrics

    def _is_best(self, metrics: dict[str, Any]) -> bool:
        """By the metric that the settings choose; without validation, the newest epoch."""
        if self.best is None or "val_loss" not in metrics:
            return True
        return is_better_epoch(metrics, self.best, self._settings.best_metric)

    # Telling

    def _take_in(self) -> tuple[list[float], float]:
        """Losses and accuracy of the steps since the last time; RunError if training diverged."""
        first = self.step - self.tally.waiting
        losses, accuracy = self.tally.flush()
        for index, loss in enumerate(losses):
            if not math.isfinite(loss) and self._processes.leads:
                step = first + index + 1
                raise self._diverged("loss", step, self._origin(step), losses[:index])
        return losses, accuracy

    def _tell_step_if_due(self) -> None:
        """Tells the steps since the last time as one."""
        begun = time.monotonic()
        if begun - self._told < self._quiet:
            return
        self._heartbeat.check()
        losses, accuracy = self._take_in()
        if not losses:
            return
        rate = self._pace.take_rate()
        left = self._pace.seconds_left(self.step, self._ready.steps)
        self._heartbeat.note(samples_per_second=rate, seconds_left=left)
        self._log.write(
            "step",
            step=self.step,
            epoch=self.epoch + 1,
            loss=sum(losses) / len(losses),
            accuracy=accuracy,
            learning_rate=self._update.learning_rate,
            samples_per_second=round(rate, 1),
            gradient_norm=self._update.gradient_norm,
            data_share=round(self._waiting.take_share(), 4),
        )
        self._told = time.monotonic()
        # So seldom that telling takes a small share of the time, on a busy machine too.
        seldom = min((self._told - begun) / TELLING_SHARE, SELDOM * EVENT_SECONDS)
        self._quiet = max(seldom, EVENT_SECONDS)

    def _tell_layers_if_measured(self, images: Tensor) -> None:
        if self._numbers is None:
            return
        numbers = self._numbers.take(images, self.step, self.epoch + 1)
        if numbers is not None:
            self._log.write("layers", step=self.step, epoch=self.epoch + 1, **numbers)

    def _look_if_watched(self) -> None:
        if self._living is not None:
            self._living.look(self.step, self.epoch + 1)

    @property
    def _epoch_seconds(self) -> float:
        return self.seconds + time.monotonic() - self._epoch_begun

    def _note(self, message: str) -> None:
        self._say("note", message)

    def _say(self, kind: str, message: str) -> None:
        self._log.write(kind, step=self.step, epoch=self.epoch, message=message)

    # What the user wants

    def _obey(self) -> bool:
        """Does what was asked for since the last step; False to stop."""
        if self._update.is_open(self.batch):
            return True  # a checkpoint holds no gradients
        wish = self._processes.agree(lambda: self._steering.poll() or self._keeper.wish())
        if wish in (None, "run"):
            return True
        self._checkpoint(self._keeper.write())
        return wish == "checkpoint" or (wish == "pause" and self._wait())

    def _wait(self) -> bool:
        """Pauses until the user wants it to run or stop."""
        begun = time.monotonic()
        self._log.write("paused", step=self.step, epoch=self.epoch + 1)
        self._heartbeat.tell(state="paused", samples_per_second=None, seconds_left=None)
        wish = None
        while wish not in ("run", "stop"):
            time.sleep(LOOK_SECONDS)
            self._heartbeat.check()
            self._look_if_watched()
            wish = self._processes.agree(self._steering.poll)
        paused = time.monotonic() - begun
        self._pace.skip(paused)
        self._epoch_begun += paused
        if wish == "run":
            self._log.write("resumed", step=self.step, epoch=self.epoch + 1)
            self._heartbeat.tell(state="running")
        return wish == "run"

    # Checkpoints

    def _snapshot(self) -> Snapshot:
        self._take_in()
        state = {
            "format": 1,
            "step": self.step,
            "epoch": self.epoch,
            "batch": self.batch,
            "seconds": round(self._epoch_seconds, 3),
            "tally": self.tally.to_json(),
            "best": self.best,
            "progress": asdict(self._progress),
        }
        if self._update.plateau is not None:
            state["plateau"] = self._update.plateau.to_json()
        if self._update.scaler is not None:
            state["scaler"] = self._update.scaler.state_dict()
        return Snapshot.of(self._ready.model, self._ready.optimizer, state, self._update.average)

    def _checkpoint(self, folder: Path) -> None:
        self._log.write("checkpoint", step=self.step, epoch=self.epoch, folder=folder.name)

    # Divergence

    def _diverged(
        self, what: str, step: int, origin: Origin | None, losses: Sequence[float] = ()
    ) -> RunError:
        """The error to raise; an event tells where the first number came up that is none, and the
        `losses` of the steps before."""
        told = None if origin is None else {**asdict(origin), "sentence": origin.sentence}
        self._log.write("diverged", step=step, epoch=self.epoch + 1, what=what, origin=told,
                        losses=list(losses[-LOSSES_BEFORE:]))  # fmt: skip
        where = "" if origin is None else f" {origin.sentence}"
        hint = f"Lower the learning rate (now {self._settings.learning_rate:g}), or normalise the "
        return RunError(
            f"The {what} is no longer a number at step {step} (epoch {self.epoch + 1}): training "
            f"diverged.{where}",
            "Mend the data." if origin is not None and origin.where == "data" else f"{hint}images.",
        )

    def _origin(self, step: int) -> Origin | None:
        """Goes the way again that led to this step (from 1), whose loss is no number, from the
        last checkpoint or from the start, and examines the last two steps.

        None if the way is too long, if the user stops, if all are numbers this time, or where
        others would have to come along.
        """
        if self._processes.count > 1:
            return None
        stood = self.step, self.epoch, self.batch
        folder = self._keeper.last
        begun = int(folder.name.removeprefix("step-")) if folder is not None else 0
        if self._pace.seconds_for(step - begun, self.step) > LONGEST_WAY_SECONDS:
            return None
        self._heartbeat.note(message="Looking for the layer that gave no number first")
        try:
            self._go_back(folder)
            return self._go_again(step)
        finally:
            self.step, self.epoch, self.batch = stood
            self._heartbeat.step = self.step

    def _go_again(self, step: int) -> Origin | None:
        while self.step < step:
            for images, labels in self._batches():
                if self._steering.stop_wanted():
                    return None
                if self.step < step - 2:
                    self._train_on(images, labels)
                    self.tally = Tally()
                    continue
                origin = self._examine(images, labels)
                if origin is not None or self.step >= step:
                    return origin
            self.epoch, self.batch = self.epoch + 1, 0
        return None

    def _go_back(self, folder: Path | None) -> None:
        if folder is not None:
            self.restore(folder)
            return
        self._ready.model.load_state_dict(initial_model(self._ready.project).state_dict())
        self._ready.optimizer.state.clear()
        self.step = self.epoch = self.batch = 0

    def _examine(self, images: Tensor, labels: Tensor) -> Origin | None:
        seed_step(self._settings.seed, self.step, self._ready.device)
        step, batch, size = self.step, self.batch, len(labels)
        self.step, self.batch = self.step + 1, self.batch + 1
        return examine(
            self._ready, *self._ready.mixed(step, images, labels),
            lambda loss: self._update.take(loss, step, batch, size), self.step,
        )  # fmt: skip
