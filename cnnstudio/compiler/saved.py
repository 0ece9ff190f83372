"""What training keeps of a layer until the backward pass, as torch's autograd itself says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

# What a layer may raise in training mode although it ran in evaluation mode: its output is then
# counted as what is kept.
REFUSALS = (RuntimeError, ValueError, TypeError, IndexError, KeyError, AssertionError)


@dataclass(frozen=True)
class Saved:
    """Numbers of the inputs and outputs that are kept, and the bytes an image of all else."""

    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    other_bytes: int = 0


NOTHING_SAVED = Saved()


def saved_by(
    module: nn.Module | None, inputs: Sequence[Tensor], run: Callable[[list[Tensor]], list[Tensor]]
) -> Saved:
    """Runs a layer in training mode on the meta device and looks at what autograd keeps."""
    kept: dict[int, Tensor] = {}  # the tensors are held, so that no other gets their storage's id

    def pack(tensor: Tensor) -> Tensor:
        kept[_storage(tensor)] = tensor
        return tensor

    given = [
        tensor.clone().requires_grad_() if tensor.is_floating_point() else tensor.clone()
        for tensor in inputs
    ]
    if module is not None:
        module.train()
    try:
        # An operation in place can't be done on a leaf: what comes in is a copy of one.
        passed = [tensor.clone() for tensor in given]
        with (
            torch.device("meta"),
            torch.enable_grad(),
            torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor),
        ):
            results = run(passed)
    except REFUSALS:
        return Saved(outputs=tuple(range(1)))
    finally:
        if module is not None:
            module.eval()
    own = set()
    if module is not None:
        own = {_storage(tensor) for tensor in (*module.parameters(), *module.buffers())}
    places_in = {_storage(tensor): number for number, tensor in enumerate(passed)}
    places_out = {_storage(tensor): number for number, tensor in enumerate(results)}
    other = sum(
        tensor.untyped_storage().nbytes()
        for place, tensor in kept.items()
        if place not in own and place not in places_in and place not in places_out
    )
    return Saved(
        inputs=tuple(number for place, number in places_in.items() if place in kept),
        outputs=tuple(
            number
            for place, number in places_out.items()
            if place in kept and place not in places_in
        ),
        other_bytes=other // inputs[0].shape[0] if inputs else 0,
    )


def view_of(tensor: Tensor, inputs: Sequence[Tensor]) -> int | None:
    """The number of the input that a tensor is, or looks at anew; None if it has its own memory."""
    places = [_storage(given) for given in inputs]
    return places.index(_storage(tensor)) if _storage(tensor) in places else None


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
