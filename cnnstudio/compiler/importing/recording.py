"""What a module did when it was run once: its calls, the values between them, where they stand.

A recording knows nothing of layer kinds. Sizes and whole numbers that grow with the batch are
written as `Batch`, so that what was seen for one batch can be said for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from torch import Tensor, nn

# Values are followed on tensors without data, so a batch may be large: a prime that no layer's
# size is a multiple of tells which numbers come from it.
BATCH = 10_007


@dataclass(frozen=True)
class Batch:
    """So many times the batch size."""

    times: int = 1


Size = int | Batch


@dataclass(frozen=True)
class Ref:
    """A value: the output of an event, or an input of the module."""

    number: int


@dataclass(frozen=True)
class Weight:
    """A parameter or buffer of the module, by its name in the state dict."""

    name: str


@dataclass(frozen=True)
class Viewed:
    """A parameter or buffer in another shape, by its name in the state dict."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Constant:
    """A tensor that the module holds outside of its state."""

    tensor: Tensor


@dataclass(frozen=True)
class Value:
    """A tensor that was seen: a tensor without data (shape, strides, type) and its shape."""

    example: Tensor
    shape: tuple[Size, ...]

    @property
    def batched(self) -> bool:
        """Whether the batch is the first dimension and nothing else grows with it."""
        return self.shape[:1] == (Batch(1),) and not any(
            isinstance(size, Batch) for size in self.shape[1:]
        )

    @property
    def free(self) -> bool:
        """Whether it is the same for every batch size."""
        return not any(isinstance(size, Batch) for size in self.shape)

    @property
    def inner(self) -> tuple[int, ...]:
        """The shape without the batch, of a batched value."""
        return tuple(size for size in self.shape[1:] if isinstance(size, int))


@dataclass(frozen=True)
class Frame:
    """A call of a submodule that others stand in: its path, and which call of it this is."""

    path: str
    call: int = 0


@dataclass(eq=False)
class Event:
    """One call: of a module that is a layer of its own, or of a function.

    `layer` is what a module was taken for. `arguments` and `named` hold Ref, Weight and Constant
    where tensors were given. `result` is what it returned, with Refs; `outputs` are all new values:
    the tensors returned, and those that it changed in place.
    """

    name: str
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    scope: tuple[Frame, ...]
    function: Callable[..., Any] | None = None
    module: nn.Module | None = None
    layer: Any = None
    path: str = ""
    result: Any = None
    outputs: tuple[int, ...] = ()

    @cached_property
    def inputs(self) -> list[int]:
        """The values it reads, in the order of its arguments."""
        return [leaf.number for leaf in leaves((self.arguments, self.named)) if is_ref(leaf)]


@dataclass
class Recording:
    """All calls in order, with the values between them."""

    module: nn.Module
    events: list[Event] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, int] = field(default_factory=dict)
    classes: dict[str, type] = field(default_factory=dict)
    weights: Mapping[str, Tensor] = field(default_factory=dict)

    @cached_property
    def producers(self) -> dict[int, Event]:
        """Which call made each value. Once all is recorded."""
        return {value: event for event in self.events for value in event.outputs}

    @cached_property
    def used(self) -> set[int]:
        """The values that are read by a call or returned. Once all is recorded."""
        return {n for event in self.events for n in event.inputs} | {*self.outputs.values()}


def is_ref(leaf: Any) -> bool:
    return isinstance(leaf, Ref)


def leaves(tree: Any) -> Iterator[Any]:
    """What stands at the ends of nested tuples, lists, dicts and slices."""
    match tree:
        case dict():
            for part in tree.values():
                yield from leaves(part)
        case tuple() | list():
            for part in tree:
                yield from leaves(part)
        case slice():
            yield from leaves((tree.start, tree.stop, tree.step))
        case _:
            yield tree


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The same nesting with every end changed."""
    match tree:
        case dict():
            return {key: mapped(part, change) for key, part in tree.items()}
        case tuple():
            return tuple(mapped(part, change) for part in tree)
        case list():
            return [mapped(part, change) for part in tree]
        case slice():
            return slice(*(mapped(part, change) for part in (tree.start, tree.stop, tree.step)))
        case _:
            return change(tree)


def marked(number: Any) -> Any:
    """A whole number as `Batch` where it comes from the batch size; anything else as it is."""
    if type(number) is int and number > 0 and number % BATCH == 0:
        return Batch(number // BATCH)
    return number


def for_batch(number: Any, batch: int = BATCH) -> Any:
    """The whole number that a `Batch` is for this batch size; anything else as it is."""
    return number.times * batch if isinstance(number, Batch) else number
