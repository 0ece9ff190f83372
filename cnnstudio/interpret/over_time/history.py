"""One image over a run: what the network said of it at each moment, and what it looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from cnnstudio.compiler.build import build
from cnnstudio.data.load import load as load_data
from cnnstudio.graph import ExplanationError, RunError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.explain import contrast, explanation
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.feature_maps import feature_maps
from cnnstudio.interpret.over_time.storyboard import Storyboard
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import LoadData, Picture, Reference, Subject, read_reference
from cnnstudio.interpret.weights.filters import filters as filters_of
from cnnstudio.training.checkpoint import load_weights
from cnnstudio.training.moments import Moment, moments
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.snapshots import thinned

MOST_MAPS = 16


@dataclass(frozen=True, eq=False)
class History:
    """The first axis of each array is that of `moments`.

    `probabilities` (moments, classes), `heats` (moments, H, W) for the class `target` at input
    size, less those for the class `against` where there is one, `maps` (moments, units, h, w),
    `filters` as pictures (moments, units, h, w), in colour (…, 3); None
    where they were not asked for. `picture` is the image.
    """

    moments: tuple[Moment, ...]
    picture: Picture
    classes: list[str]
    probabilities: np.ndarray
    heats: np.ndarray | None = None
    maps: np.ndarray | None = None
    filters: np.ndarray | None = None
    target: int | None = None
    against: int | None = None
    method: str = ""
    layer: str = ""
    maps_of: str = ""
    filters_of: str = ""

    def rows(self) -> list[dict[str, Any]]:
        """What was said at each moment: step, epoch, marks, class, probability; all by class."""
        return [
            {
                "step": moment.step, "epoch": round(moment.epoch, 3), "name": moment.name,
                "marks": list(moment.marks), "predicted": self.classes[int(chances.argmax())],
                "probability": float(chances.max()),
                "probabilities": dict(zip(self.classes, map(float, chances), strict=True)),
            }
            for moment, chances in zip(self.moments, self.probabilities, strict=True)
        ]  # fmt: skip

    def storyboard(self) -> Storyboard:
        """What to draw, and to write as an animation."""
        method = methods[self.method].title if self.method else ""
        told = [self.picture.name]
        if method:
            at = f" at {self.layer}" if self.layer else ""
            told.append(f"{method}{at}")
        if self.maps_of:
            told.append(f"feature maps of {self.maps_of}")
        if self.filters_of:
            told.append(f"filters of {self.filters_of}")
        return Storyboard(
            steps=tuple(moment.step for moment in self.moments),
            epochs=tuple(moment.epoch for moment in self.moments),
            image=self.picture.image,
            classes=tuple(self.classes),
            probabilities=self.probabilities,
            label=self.picture.label,
            heats=self.heats,
            heat_title=self._why(),
            signed=self.against is not None or (bool(method) and methods[self.method].signed),
            maps=self.maps,
            maps_title=self.maps_of,
            filters=self.filters,
            filters_title=f"Filters of {self.filters_of}",
            caption=" · ".join(told),
        )

    def _why(self) -> str:
        if self.target is None:
            return ""
        why = f"Why “{self.classes[self.target]}”"
        return why if self.against is None else f"{why}, not “{self.classes[self.against]}”"

    def save(
        self, path: str | Path, per_second: float = 6.0, width: int = 960,
        progress: Progress | None = None,
    ) -> Path:  # fmt: skip
        """Writes an animation, .gif or .mp4, whole or not at all."""
        return self.storyboard().save(path, per_second, width, progress)


def history(
    run: RunDirectory | Path | str,
    image: Reference,
    method: str | None = "gradcam",
    target: int | str | None = None,
    layer: str | None = None,
    *,
    against: int | str | None = None,
    maps: str | None = None,
    filters: str | None = None,
    most: int | None = None,
    progress: Progress | None = None,
    load_data: LoadData = load_data,
    **parameters: Any,
) -> History:
    """Looks at an image, such as `test:0` or a file, at each moment whose weights the run kept.

    The heat is that of one class, by name or number, by itself the one that the network says last,
    less that of the class `against` if there is one; `method` None leaves it out. `maps` names a
    node whose first feature maps are wanted too, `filters` one whose weights are. With `most`, so
    many moments, as evenly over the history as there are. `.moments` (their `.step` and `.epoch`),
    `.probabilities` (moments, classes) and `.heats` (moments, H, W) come back, with `.rows()` and
    `.save("seen.gif")`. Raises RunError for a run without any, ExplanationError where the method
    can't be applied.
    """
    if not isinstance(run, RunDirectory | Path | str):
        raise ExplanationError(
            f"cs.history needs the folder of a run, not {type(run).__name__}: the weights of all "
            "its moments.",
            "Give it the path, such as 'runs/first'.",
        )
    run = run if isinstance(run, RunDirectory) else RunDirectory(run)
    if not run.exists():
        raise RunError(f"There is no run in {run.path}.")
    found = some_of(moments(run), most)
    if not found:
        raise RunError(f"{run.name} has no moment to look at yet.", "Train it for a while first.")
    project = run.project()
    model = build(project).eval()
    subject = Subject(project, model, load_data)
    reference = read_reference(image) if isinstance(image, str) else image
    picture = subject.picture(reference)
    look = _Look(subject, picture, method, layer, against, maps, filters, parameters)
    looked = look.begin(found[-1], target)
    kept: list[Moment] = []
    for number, moment in enumerate(found[:-1]):
        if look.take(moment):
            kept.append(moment)
        if progress is not None:
            progress((number + 1) / len(found), f"moment {number + 1} of {len(found)}")
    look.close(looked)
    return look.history((*kept, found[-1]))


def some_of(found: list[Moment], most: int | None) -> list[Moment]:
    """At most so many moments, as they are evenly apart in the history."""
    if most is None or len(found) <= most:
        return found
    if most < 1:
        raise ExplanationError(f"{most} moments are none.", "Ask for one or more.")
    steps = {*thinned((one.step for one in found), max(found[-1].step, 1), most)}
    return [one for one in found if one.step in steps]


@dataclass
class _Seen:
    chances: np.ndarray
    heat: np.ndarray | None
    maps: np.ndarray | None
    filters: np.ndarray | None


class _Look:
    """Goes through the moments with one network, whose weights change."""

    def __init__(
        self, subject: Subject, picture: Picture, method: str | None, layer: str | None,
        against: int | str | None, maps: str | None, filters: str | None,
        parameters: dict[str, Any],
    ) -> None:  # fmt: skip
        self._subject = subject
        self._picture = picture
        self._method = method
        self._parameters = parameters
        self._layer = None if layer is None else subject.node(layer)
        self._maps_of = None if maps is None else subject.node(maps)
        self._maps_title = maps or ""
        self._filters_of = filters
        self._wanted_against = against
        self._target: int | None = None
        self._against: int | None = None
        self._seen: list[_Seen] = []

    @property
    def _model(self) -> nn.Module:
        return self._subject.model

    def begin(self, last: Moment, target: int | str | None) -> _Seen:
        """Looks at the last moment, which chooses class and layer for all."""
        load_weights(last.path, self._model)
        chances = self._chances()
        if self._method is None:
            return _Seen(chances, None, self._maps(), self._filters())
        number = int(chances.argmax())
        if target is not None:
            number = self._subject.class_number(str(target), len(chances))
        self._target = number
        if self._wanted_against is not None:
            self._against = self._subject.class_number(str(self._wanted_against), len(chances))
        heat, self._layer = self._explained()
        return _Seen(chances, heat, self._maps(), self._filters())

    def take(self, moment: Moment) -> bool:
        """Looks at a moment; False if the trainer thinned it out meanwhile."""
        try:
            load_weights(moment.path, self._model)
        except RunError:
            if moment.path.is_dir():
                raise
            return False
        heat = None if self._method is None else self._explained()[0]
        self._seen.append(_Seen(self._chances(), heat, self._maps(), self._filters()))
        return True

    def close(self, last: _Seen) -> None:
        self._seen.append(last)

    def history(self, found: Iterable[Moment]) -> History:
        first = self._seen[0]
        return History(
            moments=tuple(found),
            picture=self._picture,
            classes=self._subject.class_names(len(first.chances)),
            probabilities=np.stack([one.chances for one in self._seen]),
            heats=_stacked([one.heat for one in self._seen]),
            maps=_stacked([one.maps for one in self._seen]),
            filters=_stacked([one.filters for one in self._seen]),
            filters_of=self._filters_of or "",
            target=self._target,
            against=self._against,
            method=self._method or "",
            layer=(self._layer or "") if self._method else "",
            maps_of=self._maps_title,
        )

    def _chances(self) -> np.ndarray:
        chances: np.ndarray = probabilities(self._model, self._picture.tensor[None])[0].numpy()
        return chances

    def _explained(self) -> tuple[np.ndarray, str | None]:
        """The heat (H, W), and the layer whose it is."""
        assert self._method is not None, "it is asked for"
        images = self._picture.tensor[None]
        how = self._method, self._target, self._layer
        if self._against is None:
            found = explanation(self._model, images, *how, **self._parameters)
            return found.heat[0], found.layer
        two = contrast(self._model, images, self._against, *how, **self._parameters)
        return two.difference[0], two.first.layer

    def _maps(self) -> np.ndarray | None:
        if self._maps_of is None:
            return None
        [value] = feature_maps(self._model, self._picture.tensor[None], [self._maps_of]).values()
        if value.ndim != 4:
            raise ExplanationError(
                f"'{self._maps_title}' gives no maps, but an array of shape {value.shape[1:]}.",
                "Choose a layer before the network is flattened.",
            )
        return value[0, :MOST_MAPS].astype(np.float32)

    def _filters(self) -> np.ndarray | None:
        if self._filters_of is None:
            return None
        found = filters_of(self._model, self._subject.node(self._filters_of))
        if found.form != "maps":
            raise ExplanationError(
                f"The weights of '{self._filters_of}' are no kernels to show as pictures.",
                "Choose a convolution.",
            )
        return found.pictures()[:MOST_MAPS]


def _stacked(parts: list[Any]) -> np.ndarray | None:
    return None if parts[0] is None else np.stack(parts)
