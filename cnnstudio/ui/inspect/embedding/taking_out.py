"""The points as a picture to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.interpret.figures.figure import Figure, Panel
from cnnstudio.interpret.samples.reductions import reductions
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect.embedding.scatter import Scatter


def figure_of(answer: Mapping[str, Any], asked: Mapping[str, Any], scatter: Scatter) -> Figure:
    """What is seen now, with how it was made and how far it can be believed below."""
    title = reductions[asked["method"]].title
    caption = " ".join(filter(None, (
        f"{title} of {len(answer['points']):,} {answer['split']} images by '{answer['layer']}', "
        f"{answer['how']}.", answer["belief"], answer["note"],
    )))  # fmt: skip
    return Figure((Panel(array_of(scatter.picture()), smooth=True),), caption, name="embedding")
