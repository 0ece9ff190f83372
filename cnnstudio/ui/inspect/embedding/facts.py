"""What is told of a point, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.ui import quantities


def facts_of(answer: Mapping[str, Any]) -> list[str]:
    """A few lines for each point of an answer of `embed`: number, class, prediction."""
    classes, predicted = answer["classes"], answer["predicted"]
    told = []
    for row, (index, label) in enumerate(zip(answer["indexes"], answer["labels"], strict=True)):
        name = classes[label]
        lines = [f"{answer['split']} image {int(index) + 1:,}", name]
        if predicted is not None:
            taken = classes[predicted[row]]
            lines[1] = name if taken == name else f"{name}, taken for {taken}"
            lines.append(f"{quantities.percent(float(answer['confidence'][row]))} sure")
        told.append("\n".join(lines))
    return told
