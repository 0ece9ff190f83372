"""Checkpoints: all that a run needs to go on from a step, and nothing that can run code.

A checkpoint is a folder `checkpoints/step-000120` with `model.safetensors`,
`training.safetensors` (the optimizer's tensors) and `state.json` (numbers: where the run is, the
optimizer's scalars). It is written under another name, flushed to the disk and renamed, so it is
whole or not there; `checkpoints/index.json` says which is the last and which the best.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel

from cnnstudio.compiler.weights import fill, read_weights
from cnnstudio.graph import RunError
from cnnstudio.graph.replacing import replacing
from cnnstudio.training.rundir import RunDirectory, read_json, replace_json, snapshot_name
from cnnstudio.training.shares import all_shared_as, shared_as, whole

WEIGHTS = "model.safetensors"
# Of a GPU's free memory, for a copy of the weights.
SHARE_ON_GPU = 0.02
TRAINED = "trained/"  # before the names of weights whose average is in WEIGHTS


@dataclass(frozen=True)
class Snapshot:
    """A run at one step, copied: later steps do not change it."""

    weights: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    state: dict[str, Any]  # JSON; `state["step"]` names the checkpoint

    @classmethod
    def of(
        cls,
        model: torch.nn.Module,
        optimizer: Optimizer,
        state: dict[str, Any],
        average: AveragedModel | None = None,
    ) -> Snapshot:
        """With an `average` of the weights, that is what the checkpoint gives to look at; the
        weights that are trained are kept with the optimizer's tensors."""
        tensors, scalars = _taken_apart(optimizer)
        state = {**state, "optimizer": scalars}
        if average is None:
            return cls(separate(model.state_dict()), tensors, state)
        trained = {f"{TRAINED}{name}": value for name, value in model.state_dict().items()}
        state["averaged"] = int(average.n_averaged)
        shown = average.module.state_dict()
        return cls(separate(shown), tensors | separate(trained), state)


def write_checkpoint(run: RunDirectory, snapshot: Snapshot) -> Path:
    """Writes a checkpoint and returns its folder.

    What a step leads to is determined, so one that is there already is not written again.
    Raises OSError if the disk refuses; nothing half-written stays.
    """
    folder = folder_of(run, snapshot)
    if folder.is_dir():
        return folder
    # The run's own folder is not made anew: where it was removed, nothing is to be left.
    run.checkpoint_folder.mkdir(exist_ok=True)
    with replacing(folder) as aside:
        aside.mkdir()
        write_tensors(snapshot.weights, aside / WEIGHTS)
        write_tensors(snapshot.optimizer, aside / "training.safetensors")
        replace_json(aside / "state.json", snapshot.state)
    return folder


def folder_of(run: RunDirectory, snapshot: Snapshot) -> Path:
    """Where a snapshot goes."""
    return run.checkpoint_folder / snapshot_name(snapshot.state["step"])


def load_checkpoint(
    folder: Path,
    model: torch.nn.Module,
    optimizer: Optimizer,
    average: AveragedModel | None = None,
) -> dict[str, Any]:
    """Puts weights, their average and optimizer back as they were; returns the rest of the state.

    Raises RunError if the checkpoint is damaged or belongs to another network.
    """
    state = read_json(folder / "state.json")
    if state is None:
        raise RunError(f"{folder} has no readable state.json.")
    load_weights(folder, model if average is None else average.module)
    try:
        tensors = load_file(folder / "training.safetensors")
        trained = {name: tensors.pop(name) for name in list(tensors) if name.startswith(TRAINED)}
        if average is not None:
            named = {n.removeprefix(TRAINED): value for n, value in trained.items()}
            fill(model, all_shared_as(named, model.state_dict()), folder)
            average.n_averaged.fill_(state.pop("averaged"))
        fused = [group.get("fused") for group in optimizer.param_groups]
        shared = _shared_as_weights(tensors, optimizer)
        optimizer.load_state_dict(_put_together(shared, state.pop("optimizer")))
        for group, own in zip(optimizer.param_groups, fused, strict=True):
            if "fused" in group:
                group["fused"] = own  # this device's: the checkpoint may come from another
        _lay_out_as_weights(optimizer)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise RunError(f"{folder} can't be read: {error}.") from None
    return state


def load_weights(folder: Path, model: torch.nn.Module) -> None:
    """Fills the model with a checkpoint's weights, on whatever device it is.

    Raises WeightsError if they can't be read, are not finite, or belong to another network.
    """
    fill(model, all_shared_as(read_weights(folder / WEIGHTS), model.state_dict()), folder)


class CheckpointIndex:
    """Which checkpoints a run keeps: the last, the best, and those of chosen epochs."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._path = run.checkpoint_folder / "index.json"
        content = read_json(self._path) or {}
        self.last: str | None = content.get("last")
        self.best: str | None = content.get("best")
        self.epochs: dict[str, str] = content.get("epochs") or {}

    def keep(self, last: Path, best: Path | None = None, epoch: int | None = None) -> None:
        """Makes `last` the last checkpoint, and the one of `epoch`; the best stays without `best`.

        Removes those that are nothing any more.
        """
        self.last = last.name
        if best is not None:
            self.best = best.name
        if epoch is not None:
            self.epochs[str(epoch)] = last.name
        content = {"last": self.last, "best": self.best, "epochs": self.epochs}
        replace_json(self._path, content, lasting=True)
        kept = {self.last, self.best, *self.epochs.values()}
        for other in self._run.checkpoint_folder.iterdir():
            if other.is_dir() and other.name not in kept:
                shutil.rmtree(other, ignore_errors=True)  # a reader may hold it open on Windows


def _taken_apart(optimizer: Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """An optimizer's state as named tensors and as JSON."""
    content = optimizer.state_dict()
    tensors: dict[str, Tensor] = {}
    scalars: dict[str, dict[str, Any]] = {}
    for index, values in content["state"].items():
        for name, value in values.items():
            if isinstance(value, Tensor):
                tensors[f"{index}.{name}"] = value
            else:
                scalars.setdefault(str(index), {})[name] = value
    return separate(tensors), {"groups": content["param_groups"], "state": scalars}


def _put_together(tensors: Mapping[str, Tensor], scalars: dict[str, Any]) -> dict[str, Any]:
    state: dict[int, dict[str, Any]] = {
        int(index): dict(values) for index, values in scalars["state"].items()
    }
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    groups = [
        {key: tuple(v) if isinstance(v, list) and key != "params" else v for key, v in g.items()}
        for g in scalars["groups"]
    ]
    return {"state": state, "param_groups": groups}


def _shared_as_weights(tensors: Mapping[str, Tensor], optimizer: Optimizer) -> dict[str, Tensor]:
    """An optimizer's tensors, each shared out among processes as its weight is."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    return {
        name: shared_as(tensor, weights[int(name.split(".", 1)[0])])
        for name, tensor in tensors.items()
    }


def _lay_out_as_weights(optimizer: Optimizer) -> None:
    """Stores the optimizer's tensors in the order of their weights: fused steps go through both
    as they lie in memory, without a look at their strides."""
    for weight, values in optimizer.state.items():
        for name, value in values.items():
            if isinstance(value, Tensor) and value.shape == weight.shape:
                alike = torch.empty_like(weight, dtype=value.dtype, device=value.device)
                values[name] = alike.copy_(value)


def separate(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies of tensors, each with its own memory: safetensors stores no shared ones.

    They stay on a GPU while they are few bytes there, since the way to the CPU would hold up the
    steps; else they are on the CPU.
    """
    tensors = {name: whole(tensor) for name, tensor in tensors.items()}
    on_gpu = bool(tensors) and all(tensor.is_cuda for tensor in tensors.values())
    stay = on_gpu and _is_little(tensors.values())
    return {
        name: tensor.detach().to(
            tensor.device if stay else "cpu", copy=True, memory_format=torch.contiguous_format
        )
        for name, tensor in tensors.items()
    }


def _is_little(tensors: Collection[Tensor]) -> bool:
    return sum(tensor.nbytes for tensor in tensors) <= SHARE_ON_GPU * torch.cuda.mem_get_info()[0]


def write_tensors(tensors: dict[str, Tensor], path: Path) -> None:
    """A safetensors file. Raises OSError if the disk refuses."""
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # it wraps what the disk said
        raise OSError(f"{path.name}: {error}") from None
