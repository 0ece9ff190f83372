"""What a template is before it is written: drawings, words, and how it is to be trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.graph import Component, DataSettings, Project, TrainingSettings
from scripts.templates.drawing import Drawing

# On few images, smoothed labels are worth more than any other setting: LeNet's mean test accuracy
# over five seeds rose from 97.8 % to 99.3 %.
SMOOTHED: dict[str, Any] = {
    "batch_size": 32,
    "loss": Component(kind="CrossEntropyLoss", parameters={"label_smoothing": 0.1}),
}
# Of a network made for a million photographs, on images as large as these.
LARGE: dict[str, Any] = {"batch_size": 16, "epochs": 10, "learning_rate": 3e-4}

Rule = tuple[int, str, int]  # below so many pixels, parameter, value


@dataclass(frozen=True)
class Template:
    """One template. `line` is all that a list shows of it; `about` says what was new in it.

    `small` says how it fits itself to small images: below so many pixels, this parameter of the
    main network gets this value. Left out, a stem that can keeps the size of images below 64.
    """

    name: str
    title: str
    family: str
    year: int
    line: str
    about: str
    paper: str
    main: Drawing
    blocks: Sequence[Drawing] = ()
    dataset: str = "shapes"
    options: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=lambda: LARGE)
    small: tuple[Rule, ...] | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        if self.small is not None:
            return self.small
        has_stem = any(parameter.name == "stem_stride" for parameter in self.main.parameters)
        return ((64, "stem_stride", 1),) if has_stem else ()

    def project(self) -> Project:
        paragraphs = [self.line, self.about, self.paper]
        return Project(
            name=self.name,
            description="\n\n".join(text for text in paragraphs if text),
            networks=tuple(drawing.network() for drawing in (self.main, *self.blocks)),
            data=DataSettings(dataset=self.dataset, options=self.options),
            training=TrainingSettings(**self.training),
        )
