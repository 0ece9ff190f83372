"""What the catalogue says of a call: by the name of its target, as a network from elsewhere has no
kinds."""

from __future__ import annotations

from functools import cache

from torch import nn

from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.layers import LayerKind, catalogue

# Functions of torch that the catalogue has under another name, or as operators with a number.
OTHER_CURVES = ("sub", "truediv", "div", "rsub", "threshold", "negative", "erf")


def kind_of(call: Call) -> LayerKind | None:
    """The kind with this target; None for a module or function that the catalogue hasn't."""
    if isinstance(call.target, nn.Module):
        package = type(call.target).__module__.partition(".")[0]
        return _modules().get((package, call.name))
    return _functions().get(call.name)


def is_curve(call: Call) -> bool:
    """Whether each value's result depends on that value alone."""
    kind = kind_of(call)
    if isinstance(call.target, nn.Module):
        return kind is not None and kind.curve
    tensors = 2 if call.name == "prelu" else 1
    return len(call.tensors) == tensors and (
        (kind is not None and kind.curve) or call.name in OTHER_CURVES
    )


@cache
def _modules() -> dict[tuple[str, str], LayerKind]:
    found: dict[tuple[str, str], LayerKind] = {}
    for kind in catalogue.values():
        if kind.call == "module":
            package, _, rest = kind.target.partition(".")
            found.setdefault((package, rest.rpartition(".")[2]), kind)
    return found


@cache
def _functions() -> dict[str, LayerKind]:
    """By name; activations also as torch.nn.functional spells them: `leaky_relu`."""
    found: dict[str, LayerKind] = {}
    for kind in catalogue.values():
        name = kind.target.rpartition(".")[2]
        if kind.call != "module":
            found.setdefault(name, kind)
        elif kind.curve:
            found.setdefault(name.lower(), kind)
            found.setdefault(_with_underscores(name), kind)
    return found


def _with_underscores(name: str) -> str:
    """`leaky_relu` of LeakyReLU."""
    return name.removesuffix("ReLU").lower() + "_relu" if name.endswith("ReLU") else name.lower()
