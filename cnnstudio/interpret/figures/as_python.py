"""The lines of Python that make a picture of the window again. No torch.

`asked` are the arguments of the kernel's question that the picture answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.methods import methods

LONGEST = 88


def opened(asked: Mapping[str, Any]) -> list[str]:
    """The lines that import, and open the run. Raises ExplanationError where there is none."""
    if asked.get("run") is None:
        raise ExplanationError(
            "The network is not trained yet, and lines of Python begin with a run.",
            "Train it, and choose the run above.",
        )
    opening = call("cs.open_run", str(asked["run"]), checkpoint=asked.get("checkpoint", "best"))
    return ["import cnnstudio as cs", "", f"run = {opening}"]


def reference_text(image: Any) -> str:
    """An image as `run.images` takes it: `test:0`, or the path of a file."""
    return image if isinstance(image, str) else f"{image[0]}:{image[1]}"


def described(asked: Mapping[str, Any]) -> str:
    """Image and network in a caption: `test image 12, run first (best)`."""
    image = asked["image"]
    name = Path(image).name if isinstance(image, str) else f"{image[0]} image {image[1]}"
    run = asked.get("run")
    if run is None:
        return f"{name}, untrained network"
    return f"{name}, run {Path(run).name} ({asked.get('checkpoint', 'best')})"


def heat_lines(
    asked: Mapping[str, Any], answer: Mapping[str, Any], opacity: float, name: str, caption: str
) -> str:
    """For an answer of `explain`."""
    image = reference_text(asked["image"])
    method = methods[str(answer["method"])]
    known: dict[str, Any] = {"method": method.kind}
    if method.uses_layer and answer["layer"]:
        known["layer"] = answer["layer"]
    known |= asked.get("parameters") or {}
    classes = [(int(answer["target"]), str(answer["class"]))] if method.uses_target else []
    if answer.get("against_class"):
        classes.append((int(answer["against"]), str(answer["against_class"])))
    heats = ["heat", "other"][: max(1, len(classes))]
    lines = [*opened(asked), f"picture = {call('run.picture', image)}",
             f"images = {call('run.images', image)}"]  # fmt: skip
    for number, variable in enumerate(heats):
        target = {"target": _target(answer, classes[number][0])} if classes else {}
        lines.append(f"{variable} = {call('cs.explain', _run_model, _images, **target, **known)}")
    figure = call(
        "cs.heat_figure",
        Verbatim("picture.image"),
        *(Verbatim(f"{variable}[0]") for variable in heats),
        classes=[name for _, name in classes] or [str(answer["class"])],
        opacity=round(opacity, 2),
        **({"signed": True} if method.signed else {}),
        caption=caption,
    )
    return _text([*lines, f"figure = {figure}"], name)


def maps_lines(
    asked: Mapping[str, Any],
    node: str,
    units: Sequence[int] | None,
    common: bool,
    name: str,
    caption: str,
    colour_map: str = "viridis",
) -> str:
    """For an answer of `feature_maps` with maps, of which `units` are shown in this order."""
    image = reference_text(asked["image"])
    lines = [*opened(asked), f"images = {call('run.images', image)}",
             f"maps = {call('cs.feature_maps', _run_model, _images, layers=node)}"]  # fmt: skip
    values = Verbatim(f"maps[{_literal(node)}][0]")
    shown: dict[str, Any] = {} if units is None else {"units": list(units)}
    if colour_map != "viridis":
        shown["colour_map"] = colour_map
    figure = call("cs.maps_figure", values, **shown, common=common, caption=caption)
    return _text([*lines, f"figure = {figure}"], name)


def embedding_lines(asked: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """For an answer of `embed`."""
    known = {name: asked[name] for name in ("method", "split", "samples", "pooling")}
    made = call("cs.embed", Verbatim("run"), layer=answer["layer"], **known, **asked["parameters"])
    return "\n".join([*opened(asked), f"found = {made}", 'found.save("embedding.svg")', ""])


def mistakes_lines(
    asked: Mapping[str, Any], pair: tuple[int, int] | None, limit: int, of: str
) -> str:
    """For the heat of the first `limit` mistakes; `asked` are the arguments of `heats`."""
    found = call("cs.mistakes", Verbatim("run"), split=asked["split"], pair=pair, limit=limit)
    layer = {} if asked["layer"] is None else {"layer": asked["layer"]}
    figure = call(
        "cs.mistakes_figure", Verbatim("run"), Verbatim("found"), method=asked["method"], **layer,
        of=of, beside=False,
    )  # fmt: skip
    return _text([*opened(asked), f"found = {found}", f"figure = {figure}"], "mistakes")


def computation_lines(
    asked: Mapping[str, Any], layer: str, unit: int, position: Sequence[int]
) -> str:
    """For one place of an answer of `computation`."""
    image = reference_text(asked["image"])
    told = call("cs.computation", _run_model, _images, layer, unit, tuple(position))
    lines = [*opened(asked), f"images = {call('run.images', image)}", f"told = {told}",
             "print(told.sentence)", ""]  # fmt: skip
    return "\n".join(lines)


def filters_lines(
    asked: Mapping[str, Any],
    answer: Mapping[str, Any],
    units: Sequence[int] | None,
    common: bool,
    name: str,
    caption: str,
) -> str:
    """For an answer of `filters`, of which `units` are shown."""
    weight = {} if answer["parameter"] == "weight" else {"parameter": answer["parameter"]}
    found = call("cs.filters", _run_model, answer["node"], **weight)
    shown: dict[str, Any] = {}
    if answer["form"] == "maps":
        shown["view"] = answer["view"]
        if answer["depth"]:
            shown["depth"] = answer["depth"]
    pictures = Verbatim(call("filters.pictures", **shown))
    chosen: dict[str, Any] = {} if units is None else {"units": list(units)}
    if answer["form"] == "matrix":
        chosen["titles"] = [""]
    figure = call("cs.filters_figure", pictures, **chosen, common=common, caption=caption)
    return _text([*opened(asked), f"filters = {found}", f"figure = {figure}"], name)


class Verbatim(str):
    """Python that stands in a call as it is."""


_run_model, _images = Verbatim("run.model"), Verbatim("images")


def call(name: str, *values: Any, **named: Any) -> str:
    """A call as text, on several lines where it would be long."""
    parts = [*map(_literal, values), *(f"{key}={_literal(one)}" for key, one in named.items())]
    line = f"{name}({', '.join(parts)})"
    if len(line) <= LONGEST - 12:
        return line
    return "\n".join([f"{name}(", *(f"    {part}," for part in parts), ")"])


def _target(answer: Mapping[str, Any], number: int) -> Any:
    output = answer.get("output")
    return number if output is None else (output, number)


def _literal(value: Any) -> str:
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        inside = ", ".join(map(_literal, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside},)"
    return repr(value)


def _text(lines: Sequence[str], name: str) -> str:
    return "\n".join([*lines, f"{call('figure.save', f'{name}.png')}", ""])
