"""All checks of one method, network and some images, as a scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.explain import Explanation, explanation
from cnnstudio.interpret.explanations.scores import Target
from cnnstudio.interpret.explanations.spatial import node_shapes
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.trust.checks import Check, Verdict, check_named, checks
from cnnstudio.interpret.trust.judged import Judged
from cnnstudio.interpret.trust.pointing import mask_of


@dataclass(frozen=True)
class CheckResult:
    """What a check found: its main `value`, a verdict and a sentence; all numbers in `measures`,
    means over the images."""

    check: str
    title: str
    verdict: Verdict
    value: float | None
    text: str
    measures: dict[str, Any]


@dataclass(frozen=True)
class Scorecard:
    """`explained` is what was judged, heat and all."""

    explained: Explanation
    results: list[CheckResult]

    def to_json(self) -> dict[str, Any]:
        return {
            "method": self.explained.method,
            "layer": self.explained.layer,
            "targets": self.explained.targets,
            "checks": [asdict(one) for one in self.results],
        }


def trust(
    model: nn.Module,
    images: Any,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
    *,
    truths: Sequence[Mapping[str, Any]] | None = None,
    twin: nn.Module | None = None,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    **parameters: Any,
) -> Scorecard:
    """Whether explanations by this method, with its `parameters`, of these images can be trusted.

    `truths` tells for each image where its object is: {"mask": bool (H, W)} or {"box": (x0, y0, x1,
    y1)}. `twin` is the same network trained on shuffled labels. `only` names some of the
    checks. Raises ExplanationError where the method can't be applied, or for an unknown check.

    What comes back has `.results`, each with its `.check`, `.verdict`, `.value` and `.text`,
    `.explained` (`.heat` (N, H, W), `.layer`) and `.to_json()`.
    """
    chosen = [check_named(kind) for kind in only] if only else list(checks.values())
    found = explanation(model, images, method, target, layer, progress=progress, **parameters)
    batch = as_batch(images, model).detach()
    if truths is not None and len(truths) != len(batch):
        raise ExplanationError(f"There are {len(truths)} truths for {len(batch)} images.")
    measured: dict[str, list[dict[str, Any]]] = {check.kind: [] for check in chosen}
    with evaluating(model):
        cell = _cell(model, batch, found.layer)
        for number, image in enumerate(batch):
            truth = mask_of(truths[number], found.heat.shape[1:]) if truths else None
            for place, check in enumerate(chosen):
                if (check.needs_truth and truth is None) or (check.needs_twin and twin is None):
                    continue
                done = number * len(chosen) + place, len(batch) * len(chosen)
                judged = _judged(model, image[None], found, number, parameters,
                                 _Tell(progress, check, *done))  # fmt: skip
                judged = replace(judged, truth=truth, twin=twin, cell=cell)
                measured[check.kind].append(_function(check)(judged))
    return Scorecard(found, [_result(check, measured[check.kind]) for check in chosen])


@dataclass(frozen=True)
class _Tell:
    """Progress of one check, as a share of all."""

    progress: Progress | None
    check: Check
    number: int
    count: int

    def __call__(self, share: float) -> None:
        if self.progress is not None:
            self.progress((self.number + share) / self.count, self.check.title)


def _judged(
    model: nn.Module,
    image: Tensor,
    found: Explanation,
    number: int,
    parameters: Mapping[str, Any],
    tell: _Tell,
) -> Judged:
    shares = [0.0]

    def told(share: float) -> None:
        shares[0] = share
        tell(share)

    def again(other: nn.Module, images: Tensor) -> Tensor:
        targets = [found.targets[number]] * len(images)
        wanted: Any = targets if found.output is None else (found.output, targets)
        # Each pass of a slow method is a place to end.
        made = explanation(
            other, images, found.method, wanted, found.layer,
            progress=lambda _, text: tell(shares[0]), **parameters,
        )  # fmt: skip
        return torch.from_numpy(made.heat).to(image.device)

    return Judged(
        model=model,
        image=image,
        heat=torch.from_numpy(found.heat[number]).to(image.device),
        target=found.targets[number],
        output=found.output,
        again=again,
        tell=told,
    )


def _cell(model: nn.Module, images: Tensor, layer: str | None) -> float:
    """How many pixels a position of the layer stands for, along the side where it is more."""
    if layer is None:
        return 1.0
    maps = node_shapes(model, images[:1])[layer][2:]
    return max(size / own for size, own in zip(images.shape[2:], maps, strict=True))


def _function(check: Check) -> Any:
    module, name = check.target.rsplit(".", 1)
    return getattr(import_module(module), name)


def _result(check: Check, measured: Sequence[Mapping[str, Any]]) -> CheckResult:
    if not measured:
        text = "Not known: there is no box or mask of the object."
        if check.needs_twin:
            text = "Not known: no network was trained on shuffled labels yet."
        return CheckResult(check.kind, check.title, "unknown", None, text, {})
    means = {name: _mean([one[name] for one in measured]) for name in measured[0]}
    verdict, text = check.judge(means)
    return CheckResult(check.kind, check.title, verdict, means[check.value], text, means)


def _mean(values: Sequence[Any]) -> Any:
    """Of numbers, or of lists number by number; of texts the first."""
    first = values[0]
    if isinstance(first, list):
        if first and isinstance(first[0], str):
            return first
        return [_mean(numbers) for numbers in zip(*values, strict=True)]
    return sum(values) / len(values)
