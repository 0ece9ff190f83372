"""What is looked into: a network with its weights, and images as it sees them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnstudio.compiler.build import build
from cnnstudio.compiler.check import check
from cnnstudio.data.load import load as load_data
from cnnstudio.data.pictures import read_image
from cnnstudio.data.samples import Samples, Splits
from cnnstudio.graph import DataError, DataSettings, ExplanationError, Project, RunError
from cnnstudio.training.checkpoint import load_weights
from cnnstudio.training.initial import initial_model
from cnnstudio.training.paths import with_settings
from cnnstudio.training.rundir import RunDirectory

SPLITS = ("train", "validation", "test")
PARTS = (*SPLITS, "left_out", "relabelled")  # what of a dataset can be looked at

KNOWN = ("input_shape", "splits")  # what a Subject works out once

# A sample as (split, index) or `test:12`, or the path of an image file.
Reference = tuple[str, int] | str | Path
LoadData = Callable[[DataSettings, tuple[int, ...]], Splits]


@dataclass(frozen=True)
class Picture:
    """One image. `label` and `truth` (box, mask at `image`'s size) are those of a sample."""

    tensor: torch.Tensor  # (C, H, W) as the network takes it
    image: np.ndarray  # uint8 (H, W, 3), the same for people
    name: str
    label: int | None = None
    truth: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """A network in evaluation mode, and its project."""

    project: Project
    model: nn.Module
    load_data: LoadData = load_data

    @cached_property
    def input_shape(self) -> tuple[int, ...]:
        """(C, H, W) of the only input. Raises ExplanationError if that is not what it takes."""
        inputs = [node for node in self.project.network.nodes if node.kind == "Input"]
        if len(inputs) != 1:
            raise ExplanationError(
                f"The network has {len(inputs)} inputs; images can be shown to one that has one."
            )
        shape = check(self.project).shapes[inputs[0].name]
        if len(shape) != 3:
            raise ExplanationError(
                f"The network takes {'×'.join(map(str, shape))}, not images (C×H×W)."
            )
        return tuple(shape)

    @cached_property
    def splits(self) -> Splits:
        """The data of the project. Raises DataError if it is not there."""
        return self.load_data(self.project.data, self.input_shape)

    @property
    def normalization(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(mean, std) by channel, of levels in 0…1; None where the network takes the levels."""
        if not self.project.data.normalize:
            return None
        return self.splits.mean, self.splits.std

    def with_weights(self, folder: Path) -> Subject:
        """The same with weights of another moment. Costs a copy: what is known of the network and
        its data is known already."""
        model = copy.deepcopy(self.model)
        load_weights(folder, model)
        other = replace(self, model=model)
        known = {name: self.__dict__[name] for name in KNOWN if name in self.__dict__}
        other.__dict__.update(known)
        return other

    def class_names(self, count: int) -> list[str]:
        """A name for each of the network's classes; a number where the data has no name."""
        known = list(self.splits.classes)[:count]
        return known + [f"class {number}" for number in range(len(known), count)]

    def class_number(self, text: str, count: int) -> int:
        """The class of this name or number. Raises ExplanationError with those that exist."""
        names = self.class_names(count)
        if text in names:
            return names.index(text)
        if text.isdigit() and int(text) < count:
            return int(text)
        raise ExplanationError(f"There is no class '{text}'.", f"There are: {', '.join(names)}.")

    def with_data(self, *settings: str) -> Subject:
        """The same network looking at other data: `with_data("data.options.background=plain")`.

        Raises ProblemError for a wrong setting.
        """
        return replace(self, project=with_settings(self.project, settings))

    def picture(self, reference: Reference) -> Picture:
        """The image referred to. Raises DataError if there is none."""
        if isinstance(reference, str):
            reference = read_reference(reference)
        if isinstance(reference, str | Path):
            return self._prepared(read_image(Path(reference)), Path(reference).name)
        split, index = reference
        samples = samples_of(self.splits, split)
        if not 0 <= index < len(samples):
            raise DataError(f"There is no {split} image {index}: there are {len(samples)}.")
        picture = self._prepared(samples.image(index), samples.name(index))
        return Picture(
            tensor=picture.tensor,
            image=picture.image,
            name=picture.name,
            label=int(samples.labels[index]),
            truth=samples.fitted_truth(index),
        )

    def images(self, *references: Reference) -> np.ndarray:
        """The images referred to as the network takes them: float32 (N, C, H, W)."""
        if not references:
            raise DataError("No image is named.", "Name files, or samples such as test:0.")
        return np.stack([self.picture(one).tensor.numpy() for one in references])

    def node(self, name: str) -> str:
        """The name in the model of a node on the canvas: an Output shows what it is given."""
        network = self.project.network
        node = network.find(name)
        if node is not None and node.kind == "Output":
            return next((network.node(e.source).name for e in network.incoming(node.id)), name)
        return name

    def _prepared(self, image: np.ndarray, name: str) -> Picture:
        prepared = np.asarray(self.splits.prepare(image), np.float32)
        return Picture(torch.from_numpy(prepared), self.splits.preparation.shown(prepared), name)


def read_reference(text: str) -> Reference:
    """`test:12` is a sample, anything else the path of a file. DataError for `test:x`."""
    split, colon, index = text.partition(":")
    if colon and split in PARTS:
        if index.isdecimal():
            return split, int(index)
        if not Path(text).exists():
            raise DataError(
                f"'{text}' names no single image: a number of the {split} images is missing.",
                f"Write it as {split}:12, counted from 0.",
            )
    return text


def open_run(
    path: Path | str, checkpoint: str = "best", load_data: LoadData = load_data
) -> Subject:
    """A run with the weights of a checkpoint: best, last, or any moment that it kept, such as
    step-000004.

    What comes back has `.model` (in evaluation mode), `.project`, `.input_shape` (C, H, W),
    `.splits` (`.train`, `.validation`, `.test`, `.classes`) and `.images("test:0", "cat.png")`,
    float32 (N, C, H, W) as the network takes them. Raises RunError if there is no such run or
    checkpoint.
    """
    run = RunDirectory(path)
    if not run.exists():
        raise RunError(f"There is no run in {path}.")
    project = run.project()
    model = build(project)
    load_weights(run.checkpoint(checkpoint), model)
    return Subject(project, model.eval(), load_data)


def subject_of(run: Any, asking: str) -> Subject:
    """What `open_run` opened, or a run's folder opened now. ExplanationError for anything else;
    `asking` is the function that wants it, such as "cs.unit"."""
    if isinstance(run, Subject):
        return run
    if isinstance(run, str | Path):
        return open_run(run)
    raise ExplanationError(
        f"{asking} needs a run, not {type(run).__name__}: its images and classes too.",
        "Give it cs.open_run('runs/first').",
    )


def open_untrained(project: Project, load_data: LoadData = load_data) -> Subject:
    """A project's network with the weights that a training would begin with."""
    return Subject(project, initial_model(project).eval(), load_data)


def samples_of(splits: Splits, split: str) -> Samples:
    """The samples of one of PARTS. Raises DataError for another name."""
    if split not in PARTS:
        raise DataError(f"There is no split '{split}'.", f"There are: {', '.join(PARTS)}.")
    samples: Samples = getattr(splits, split)
    return samples
