"""Weights from a file into a model: all of them, or a clear list of what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from cnnstudio.graph import WeightsError

LISTED = 5  # so many of each difference are named


def read_weights(path: Path | str) -> dict[str, Tensor]:
    """The state dict in a `.safetensors` file. Raises WeightsError if it can't be read."""
    path = Path(path)
    try:
        return load_file(path)
    except FileNotFoundError:
        raise WeightsError(
            f"There is no file of weights {path}.", "Was it moved? Choose it again."
        ) from None
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} can't be read: {error}.") from None
    except SafetensorError as error:
        raise WeightsError(
            f"{path} can't be read: {error}.",
            "Weights are read from .safetensors files; this is another kind of file, or cut short.",
        ) from None


def fill(model: nn.Module, weights: Mapping[str, Tensor], where: Path | str) -> None:
    """Puts exactly these weights into the model, on whatever device it is.

    `where` names their origin in messages. Raises WeightsError if names or shapes differ from the
    model's, or if a weight is not finite.
    """
    differences = list(_differences(model.state_dict(), weights))
    if differences:
        raise WeightsError(
            f"The weights in {where} are of another network: {'; '.join(differences)}.",
            "Use weights of the network that they were trained with.",
        )
    broken = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if broken:
        raise WeightsError(
            f"The weights in {where} hold numbers that are not finite: {_listed(broken)}.",
            "The training diverged, or the file is damaged. Take another checkpoint.",
        )
    model.load_state_dict(dict(weights))


def _differences(own: Mapping[str, Tensor], given: Mapping[str, Tensor]) -> Iterable[str]:
    if missing := [name for name in own if name not in given]:
        yield f"they lack {_listed(missing)}"
    if unknown := [name for name in given if name not in own]:
        yield f"the network has no {_listed(unknown)}"
    if other := [
        f"{name} ({_shape(given[name])} instead of {_shape(own[name])})"
        for name in own
        if name in given and given[name].shape != own[name].shape
    ]:
        yield f"of another shape are {_listed(other)}"


def _listed(names: list[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"
