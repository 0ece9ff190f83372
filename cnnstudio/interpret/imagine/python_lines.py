"""The lines of Python that make a picture that was optimised. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnstudio.interpret.figures.as_python import Verbatim, call, opened, reference_text

MODEL, SHAPE = Verbatim("run.model"), Verbatim("run.input_shape")
NORMALIZATION = Verbatim("run.normalization")


def visualize_lines(
    asked: Mapping[str, Any], layer: str | None, units: Sequence[int], parameters: dict[str, Any]
) -> str:
    """For pictures of units, or of a class if `layer` is None."""
    unit = units[0] if len(units) == 1 else list(units)
    made = call("cs.visualize", MODEL, SHAPE, layer, unit, normalization=NORMALIZATION,
                **parameters)  # fmt: skip
    return _text(opened(asked), [f"found = {made}"], "found.images[0]", "seen.png")


def attack_lines(
    asked: Mapping[str, Any],
    method: str,
    levels: int,
    target: int | None,
    parameters: dict[str, Any],
) -> str:
    """For an image changed by so many of 255 levels."""
    epsilon = Verbatim(f"{levels} / 255")
    made = call("cs.attack", MODEL, Verbatim("images"), method, epsilon, target,
                normalization=NORMALIZATION, **parameters)  # fmt: skip
    images = f"images = {call('run.images', reference_text(asked['image']))}"
    picture = "(found.levels[0].transpose(1, 2, 0) * 255).round().astype('uint8').squeeze()"
    return _text(opened(asked), [images, f"found = {made}"], picture, "attack.png")


def network_text(asked: Mapping[str, Any]) -> str:
    """The network in a caption."""
    run = asked.get("run")
    if run is None:
        return "untrained network"
    return f"run {Path(run).name} ({asked.get('checkpoint', 'best')})"


def _text(opening: Sequence[str], lines: Sequence[str], picture: str, name: str) -> str:
    first, *rest = opening
    saved = f'Image.fromarray({picture}).save("{name}")'
    return "\n".join(["from PIL import Image", "", first, *rest, *lines, saved, ""])
