"""The lines of Python that compare two networks as the window does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.as_python import Verbatim, call


def comparison_lines(
    asked: Sequence[Mapping[str, Any]],
    image: str,
    answer: Mapping[str, Any],
    layer: str | None,
    titles: tuple[str, str],
) -> str:
    """`asked` are both networks as questions take them, `answer` is the first's to `explain`.

    Raises ExplanationError where one is not trained: the lines begin with runs.
    """
    if any(one.get("run") is None for one in asked):
        raise ExplanationError("One of the networks is not trained, and the lines begin with runs.")
    first, second = asked
    method = methods[str(answer["method"])]
    named: dict[str, Any] = {"method": method.kind}
    if method.uses_target:
        named["target"] = int(answer["target"])
    if method.uses_layer and layer is not None:
        named["layer"] = layer
    found = call(
        "cs.compare_runs", str(first["run"]), str(second["run"]), [image], **named,
        checkpoint=first["checkpoint"], second_checkpoint=second["checkpoint"],
    )  # fmt: skip
    figure = call("cs.beside_figure", Verbatim("found"), titles)
    lines = ["import cnnstudio as cs", "", f"found = {found}", f"figure = {figure}"]
    return "\n".join([*lines, call("figure.save", "compared.png"), ""])
