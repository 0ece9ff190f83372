"""The same training by hand, by hand over a DataLoader, in Lightning and in the studio.

All begin with the same weights, images, optimizer, loss and batch size, and give their rate in
images a second over all epochs but the first: what is done once a run is left out, whether
compiling, the first look of cuDNN or the first checkpoint.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

import cnnstudio as cs
from cnnstudio.data.load import load
from cnnstudio.graph import Project
from cnnstudio.training.construction import make_loss, make_optimizer

HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}

Batches = Callable[[], Iterable[tuple[Tensor, Tensor]]]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Case:
    """A project that trains for some epochs, and its training images."""

    project: Project
    images: Tensor
    labels: Tensor
    device: torch.device = field(default=torch.device("cpu"))
    clock: Clock = time.perf_counter

    @property
    def samples(self) -> int:
        """Over all epochs that are measured."""
        return len(self.labels) * (self.project.training.epochs - 1)

    def with_settings(self, **settings: Any) -> Case:
        training = self.project.training.model_copy(update=settings)
        return replace(self, project=self.project.model_copy(update={"training": training}))

    def now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return self.clock()


@dataclass(frozen=True)
class Way:
    """How a loop by hand uses the machine; the first is what everyone writes."""

    precision: str = "fp32"
    channels_last: bool = False
    compile: bool = False
    fused: bool = False
    deterministic: bool | None = None  # None by hand: cuDNN's defaults; of the studio: True
    weights_last: bool = True  # where the images are

    def settings(self) -> dict[str, Any]:
        """The same for the studio."""
        return {
            "precision": self.precision,
            "channels_last": "on" if self.channels_last else "off",
            "compile": self.compile,
            "fused": self.fused,
            "deterministic": self.deterministic is not False,
        }


def case_of(
    template: str,
    shape: tuple[int, ...],
    images: int | None = None,
    batch_size: int | None = None,
    device: str = "cpu",
    threads: int = 0,
    side: int | None = None,
) -> Case:
    """A template's project on its own data, all of it for training; drawn images with this side."""
    project = cs.template(template, shape, 10)
    options = project.data.options | ({"count": images} if images else {})
    options |= {"size": side} if side else {}
    data = project.data.model_copy(update={"validation": 0.0, "test": 0.0, "options": options})
    training = project.training.model_copy(
        update={
            "device": device,
            "threads": threads,
            "batch_size": batch_size or project.training.batch_size,
        }
    )
    project = project.model_copy(update={"data": data, "training": training})
    held = load(data, shape).train.tensors()
    assert held is not None
    return Case(project, *held, torch.device(device))


def studio(case: Case) -> float:
    """A complete run in a new run directory, with events, heartbeat, metrics and checkpoints."""
    begun = ended = 0.0

    def note(event: dict[str, Any]) -> None:
        nonlocal begun, ended
        ended = case.now() if event["type"] == "epoch" else ended
        if event["type"] in ("epoch", "checkpoint") and event["epoch"] == 1:
            begun = case.now()

    with tempfile.TemporaryDirectory() as folder:
        run = cs.train(case.project, Path(folder) / "run", on_event=note)
        assert len(run.metrics) == case.project.training.epochs
    return case.samples / (ended - begun)


def by_hand(case: Case, way: Way = Way(), batches: Batches | None = None) -> float:
    """The barest loop: images held as tensors on the device, no metric, nothing written."""
    settings = case.project.training
    torch.manual_seed(settings.seed)
    model = printed_model(case.project).to(case.device)
    images, labels = case.images.to(case.device), case.labels.to(case.device)
    torch.backends.cudnn.deterministic = way.deterministic is True
    torch.backends.cudnn.benchmark = way.deterministic is False
    if way.channels_last and way.weights_last:
        model = model.to(memory_format=torch.channels_last)
    criterion = make_loss(settings.loss).to(case.device)
    fused_on = case.device.type if way.fused else ""
    optimizer = make_optimizer(
        settings.optimizer, model.parameters(), settings.learning_rate, fused_on
    )
    scaler = torch.amp.GradScaler(case.device.type, enabled=way.precision == "fp16")
    forward = torch.compile(model) if way.compile else model

    def shuffled() -> Iterable[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(labels), device=case.device)
        for chosen in order.split(settings.batch_size):
            yield images[chosen], labels[chosen]

    model.train()
    begun = 0.0
    for epoch in range(settings.epochs):
        if epoch == 1:
            begun = case.now()
        for inputs, truth in (batches or shuffled)():
            inputs = inputs.to(case.device, non_blocking=True)
            truth = truth.to(case.device, non_blocking=True)
            if way.channels_last:
                inputs = inputs.contiguous(memory_format=torch.channels_last)
            optimizer.zero_grad()
            half = HALF.get(way.precision)
            with torch.autocast(case.device.type, half) if half else nullcontext():
                loss = criterion(forward(inputs), truth)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
    return case.samples / (case.now() - begun)


def over_data_loader(case: Case, workers: int = 0) -> float:
    """The loop by hand, fed as everyone feeds it."""
    loader = _loader(case, workers)
    return by_hand(case, batches=lambda: loader)


def in_lightning(case: Case, workers: int = 0) -> float:
    """The barest module: nothing logged, nothing written, no bar."""
    import lightning

    settings = case.project.training
    moments: list[float] = []

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = printed_model(case.project)
            self.criterion = make_loss(settings.loss)

        def training_step(self, batch: Any, _: int) -> Tensor:
            images, labels = batch
            return self.criterion(self.model(images), labels)

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return make_optimizer(settings.optimizer, self.parameters(), settings.learning_rate)

        def on_train_epoch_end(self) -> None:
            moments.append(case.now())

    torch.manual_seed(settings.seed)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(
            max_epochs=settings.epochs, accelerator="gpu" if case.device.type == "cuda" else "cpu",
            devices=1, logger=False, enable_checkpointing=False, enable_progress_bar=False,
            enable_model_summary=False, default_root_dir=folder,
        )  # fmt: skip
        trainer.fit(Module(), _loader(case, workers))
    return case.samples / (moments[-1] - moments[0])


def printed_model(project: Project) -> torch.nn.Module:
    """The class that `cnnstudio.code` prints, made."""
    names: dict[str, Any] = {"__name__": "printed"}
    exec(cs.code(project), names)
    classes = [v for v in names.values() if isinstance(v, type) and v.__module__ == "printed"]
    model: torch.nn.Module = classes[-1]()  # after the blocks that it is made of
    return model


def _loader(case: Case, workers: int) -> DataLoader[Any]:
    return DataLoader(
        TensorDataset(case.images, case.labels), case.project.training.batch_size, shuffle=True,
        num_workers=workers, pin_memory=case.device.type == "cuda",
        persistent_workers=workers > 0,
    )  # fmt: skip
