"""Why torch refused a layer, in words of the user's graph, with a remedy where one is clear."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnstudio.compiler import remedies
from cnnstudio.graph import Network, Node, Problem, problem_on
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.declaration import Shape
from cnnstudio.layers.own.code import OWN_TARGET

RANK_WORDS = {
    1: "a flat vector",
    2: "a signal (channels×length)",
    3: "an image (channels×height×width)",
    4: "a volume (channels×depth×height×width)",
}
JOINED = ("fold", "list")
# Functions of two inputs that work value by value.
PAIRED = (
    "operator.sub", "operator.truediv", "operator.pow", "torch.lerp", "torch.atan2", "torch.hypot",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A node that was refused. Shapes are without the batch; `said` is torch's message."""

    network: Network
    node: Node
    kind: LayerKind
    values: dict[str, Any]
    shapes: tuple[Shape, ...]
    said: str = ""

    @property
    def title(self) -> str:
        return f"{self.kind.label} '{self.node.name}'"

    def problem(self, message: str, hint: str, fix: Any = None) -> Problem:
        return problem_on(self.node, message, hint, fix=fix)


def text(shape: Sequence[int]) -> str:
    """`64×28×28`"""
    return "×".join(str(size) for size in shape)


def wrong_rank(case: Case) -> Problem | None:
    """The input has more or fewer dimensions than the kind takes."""
    wanted = [rank - 1 for rank in case.kind.ranks]
    for port, shape in enumerate(case.shapes):
        if wanted and len(shape) not in wanted:
            return _rank_problem(case, port, shape, wanted)
    if case.kind.features_last and _comes_as_image(case):
        return _rank_problem(case, 0, case.shapes[0], [1])
    return None


def _rank_problem(case: Case, port: int, shape: Shape, wanted: list[int]) -> Problem:
    words = " or ".join(RANK_WORDS[rank] for rank in wanted)
    got = f"{len(shape)} dimension{'s' * (len(shape) != 1)} ({text(shape)})"
    message = f"{case.title} gets {got} but expects {words}"
    edge = case.network.incoming(case.node.id)[port]
    if wanted == [1] or (len(shape) > max(wanted) == 1):
        fix = remedies.insert_before(case.network, edge, "Flatten")
        return case.problem(f"{message}: put a Flatten before it.", "Insert a Flatten.", fix)
    other = _sibling(case.kind, len(shape))
    if other is not None:
        kept = {
            name: value
            for name, value in case.node.parameters.items()
            if not isinstance(value, list) and name in other.defaults()
        }
        fix = remedies.replace_kind(case.network, case.node, other.kind, kept)
        return case.problem(f"{message}.", f"Use {other.kind} here.", fix)
    if len(shape) == 1 and wanted == [3]:
        hint = "Move it before the Flatten, or put a Reshape before it."
    else:
        hint = "Change what comes before it."
    return case.problem(f"{message}.", hint)


def _sibling(kind: LayerKind, rank: int) -> LayerKind | None:
    """The kind of the same family that takes this many dimensions: BatchNorm1d for BatchNorm2d."""
    base = re.sub(r"[123]d$", "", kind.kind)
    for dimensions in "123":
        found = catalogue.get(base + dimensions + "d")
        if base != kind.kind and found is not None and rank + 1 in found.ranks:
            return found
    return None


MAIN = Network().name


def _comes_as_image(case: Case) -> bool:
    """Whether the input is a feature map as convolutions give it, its last dimension a width."""
    if len(case.shapes[0]) < 2:
        return False
    id, network = case.node.id, case.network
    while wires := network.incoming(id):
        source = network.node(wires[0].source)
        kind = catalogue.get(source.kind)
        if kind is None:
            return False
        if kind.call == "input":
            # What comes into a block may have its channels last.
            return len(case.shapes[0]) > 2 and network.name == MAIN
        if kind.spatial:
            return True
        if not kind.keeps_layout:
            return False
        id = source.id
    return False


def refused(case: Case) -> Problem:
    """The problem behind torch's message."""
    if case.kind.target.startswith(OWN_TARGET):
        said, _, hint = case.said.partition("\n")
        return case.problem(f"{case.title} can't take {_inputs(case)}: {said}", hint)
    for explain in EXPLANATIONS:
        found = explain(case)
        if found is not None:
            return found
    reason = case.said.strip().split("\n")[0].rstrip(".")
    return case.problem(
        f"{case.title} can't take {_inputs(case)}.", f"torch says: {reason}." if reason else ""
    )


def _inputs(case: Case) -> str:
    return " and ".join(text(shape) for shape in case.shapes) or "no input"


def _joined_shapes_differ(case: Case) -> Problem | None:
    if case.kind.call not in JOINED and case.kind.target not in PAIRED:
        return None
    names = [case.network.node(e.source).name for e in case.network.incoming(case.node.id)]
    given = " and ".join(
        f"{text(shape)} from '{name}'" for shape, name in zip(case.shapes, names, strict=False)
    )
    if case.kind.call == "list":
        dim = case.values.get("dim", 1)
        return case.problem(
            f"{case.title} gets {given}: all dimensions but number {dim} must be equal.",
            "Make the sizes equal, with stride, padding or pooling in one of the branches.",
        )
    channels = {shape[0] for shape in case.shapes}
    places = {shape[1:] for shape in case.shapes}
    if len(places) == 1 and len(channels) > 1:
        hint = "Give the branches equally many channels, for example with a 1×1 convolution."
    else:
        hint = "Make the shapes equal, with stride, padding or pooling in one of the branches."
    return case.problem(f"{case.title} gets {given}: they must have one shape.", hint)


def _window_too_large(case: Case) -> Problem | None:
    kernel = case.values.get("kernel_size")
    if not isinstance(kernel, tuple) or not case.shapes:
        return None
    places = case.shapes[0][1:]
    if len(places) != len(kernel):
        return None
    padding = case.values.get("padding", (0,) * len(kernel))
    if isinstance(padding, str):
        if padding == "same":
            return None
        padding = (0,) * len(kernel)
    dilation = case.values.get("dilation", (1,) * len(kernel))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    room = [size + 2 * p for size, p in zip(places, padding, strict=True)]
    if all(k <= r for k, r in zip(reach, room, strict=True)):
        return None
    padded = " with its padding" if any(padding) else ""
    spread = " (dilated)" if list(kernel) != reach else ""
    message = (
        f"{case.title}: kernel {text(reach)}{spread} is larger than its input {text(room)}{padded}."
    )
    hint = f"Use a kernel of at most {min(room)}, or padding, or fewer poolings before it."
    words = [word for p in case.kind.parameters if p.name == "padding" for word in p.words]
    if "same" in words and set(case.values.get("stride") or (1,)) == {1}:
        fix = remedies.set_parameter(
            case.network, case.node, "padding", "same", "Set padding to same"
        )
        return case.problem(message, hint, fix)
    fitting = [min(k, r) for k, r in zip(kernel, room, strict=True)]
    fix = remedies.set_parameter(
        case.network, case.node, "kernel_size", fitting, f"Use a {text(fitting)} kernel"
    )
    return case.problem(message, hint, fix)


def _same_padding_with_stride(case: Case) -> Problem | None:
    if case.values.get("padding") != "same" or max(case.values.get("stride") or (1,)) == 1:
        return None
    pixels = [
        (k - 1) * d // 2
        for k, d in zip(case.values["kernel_size"], case.values["dilation"], strict=True)
    ]
    fix = remedies.set_parameter(
        case.network, case.node, "padding", pixels, f"Set padding to {text(pixels)}"
    )
    return case.problem(
        f"{case.title}: padding 'same' needs a stride of 1, not {text(case.values['stride'])}.",
        f"Give the padding in pixels: {text(pixels)} divides the size by the stride.",
        fix,
    )


def _same_padding_transparent(case: Case) -> Problem | None:
    mode = case.values.get("padding_mode", "zeros")
    if mode == "zeros" or "adding" not in case.said:
        return None
    fix = remedies.reset_parameters(case.network, case.node, ["padding_mode"], "Pad with zeros")
    return case.problem(
        f"{case.title}: padding mode '{mode}' can't add that much to an input of "
        f"{text(case.shapes[0][1:])}.",
        "Use less padding, or pad with zeros.",
        fix,
    )


def _groups(case: Case) -> Problem | None:
    groups = case.values.get("groups", case.values.get("num_groups"))
    if groups is None or not case.shapes:
        return None
    channels = case.shapes[0][0]
    counted = {"input": channels}
    if "out_channels" in case.values:
        counted["output"] = case.values["out_channels"]
    for which, count in counted.items():
        if count % groups:
            possible = math.gcd(*counted.values())
            name = "groups" if "groups" in case.values else "num_groups"
            best = max(d for d in range(1, min(possible, groups) + 1) if possible % d == 0)
            fix = remedies.set_parameter(
                case.network, case.node, name, best, f"Use {best} group{'s' * (best > 1)}"
            )
            return case.problem(
                f"{case.title}: {count} {which} channels can't be split into {groups} equal "
                "groups.",
                f"Use a number of groups that divides {' and '.join(map(str, counted.values()))}.",
                fix,
            )
    return None


def _pool_padding(case: Case) -> Problem | None:
    kernel, padding = case.values.get("kernel_size"), case.values.get("padding")
    if "half" not in case.said or kernel is None or not isinstance(padding, tuple):
        return None
    most = [k // 2 for k in kernel]
    fix = remedies.set_parameter(
        case.network, case.node, "padding", most, f"Set padding to {text(most)}"
    )
    return case.problem(
        f"{case.title}: padding {text(padding)} is more than half of the window {text(kernel)}.",
        f"Use a padding of at most {text(most)}.",
        fix,
    )


def _reshape(case: Case) -> Problem | None:
    wanted = case.values.get("shape")
    if case.kind.target != "torch.reshape" or wanted is None or not case.shapes:
        return None
    count = math.prod(case.shapes[0])
    return case.problem(
        f"{case.title}: {text(case.shapes[0])} has {count} values, which don't fit {text(wanted)}.",
        "The sizes' product must be the number of values; one of them may be −1.",
    )


def _permute(case: Case) -> Problem | None:
    dims = case.values.get("dims")
    if case.kind.target != "torch.permute" or dims is None or not case.shapes:
        return None
    order = list(range(1, len(case.shapes[0]) + 1))
    fix = remedies.set_parameter(
        case.network, case.node, "dims", [*order[1:], order[0]], "Move channels last"
    )
    return case.problem(
        f"{case.title}: the order {text(dims)} is none of the dimensions {text(order)}.",
        "Name each dimension once; the batch is 0 and stays.",
        fix,
    )


def _pixel_shuffle(case: Case) -> Problem | None:
    factor = case.values.get("upscale_factor")
    if factor is None:
        return None
    return case.problem(
        f"{case.title}: {case.shapes[0][0]} channels can't be divided by {factor}² = {factor**2}.",
        f"Give it a multiple of {factor**2} channels.",
    )


def _vanished(case: Case) -> Problem | None:
    if "too small" not in case.said:
        return None
    return case.problem(
        f"{case.title} would shrink its input {_inputs(case)} to nothing.",
        "Use a smaller window, padding, or fewer poolings before it.",
    )


EXPLANATIONS: tuple[Callable[[Case], Problem | None], ...] = (
    _joined_shapes_differ,
    _same_padding_with_stride,
    _window_too_large,
    _same_padding_transparent,
    _groups,
    _pool_padding,
    _vanished,
    _reshape,
    _permute,
    _pixel_shuffle,
)
