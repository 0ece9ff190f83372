"""The proof: an exported file runs in a fresh process, and its outputs are held to the canvas's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn

from cnnstudio.deploy.formats import Format
from cnnstudio.deploy.network import Network
from cnnstudio.deploy.proof import Difference
from cnnstudio.deploy.prover import digest
from cnnstudio.deploy.writers import Options, Written
from cnnstudio.graph import ExportError
from cnnstudio.training.interpreter import QUIET_WAITING

HERE = Path(__file__).parent
DISTRUST = (
    "Nothing was kept: the fault is the export's, not your network's. Export to another format, "
    "and please report this with the project."
)


@dataclass(frozen=True)
class Feed:
    """One set of seeded inputs, and what the canvas's model makes of it."""

    inputs: dict[str, Tensor]
    expected: list[np.ndarray]

    @property
    def batch(self) -> int:
        return len(next(iter(self.inputs.values())))


@dataclass(frozen=True)
class Found:
    """What the fresh process found, not judged yet."""

    differences: tuple[Difference, ...]
    runtime: str
    warnings: tuple[str, ...]


def prove(
    network: Network, file: Path, format: Format, written: Written, options: Options
) -> Found:
    """Runs the file and measures how far it is from the canvas's model.

    Raises ExportError if it can't be loaded or run, or if it computes something else: then with
    the first layer whose values differ, where that can be found.
    """
    feeds = list(_feeds(network, written, options))
    prover = _Prover(file, format, written)
    outputs, answer = prover.ask(feeds)
    differences = tuple(
        _difference(feed, [outputs[f"{number}/{i}"] for i in range(len(feed.expected))], network)
        if len(feed.expected) == sum(key.startswith(f"{number}/") for key in outputs)
        else _refuse(f"{file.name} gives another number of outputs than the canvas.")
        for number, feed in enumerate(feeds)
    )
    _compare_weights(network, file, answer["weights"])
    if any(one.relative > format.tolerance for one in differences):
        raise _differing(network, file, prover, feeds[0], differences)
    return Found(differences, answer["runtime"], tuple(_warnings(feeds)))


def _feeds(network: Network, written: Written, options: Options) -> Iterable[Feed]:
    batches = [written.fixed_batch] if written.fixed_batch else [*options.batches]
    for batch in dict.fromkeys(batches):
        inputs = network.inputs(batch)
        try:
            expected = _outputs(network.model, inputs)
        except RuntimeError as error:
            raise ExportError(
                f"The network itself fails with a batch of {batch}: {str(error).splitlines()[0]}.",
                "Change the layer that depends on the size of the batch.",
            ) from error
        yield Feed(inputs, expected)
    if network.free:
        inputs = network.inputs(batches[0], larger=True)
        yield Feed(inputs, _outputs(network.model, inputs))


def _outputs(model: nn.Module, inputs: Mapping[str, Tensor]) -> list[np.ndarray]:
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0)  # as the runners do: some layers draw numbers whenever they run
        return [value.numpy() for value in _flat(model(*inputs.values()))]


def _flat(made: Any) -> list[Tensor]:
    if isinstance(made, Tensor):
        return [made]
    parts = made.values() if isinstance(made, dict) else made
    return [tensor for part in parts for tensor in _flat(part)] if made is not None else []


class _Prover:
    """Asks a fresh process about one exported file."""

    def __init__(self, file: Path, format: Format, written: Written) -> None:
        self._file = file
        self._format = format
        self._options = written.options

    @property
    def sees_layers(self) -> bool:
        """Whether the runner can tell what each layer gives."""
        return self._format.runner == "python"

    def ask(
        self, feeds: list[Feed], layers: bool = False
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays by `feed/output`, or by `feed/layer`, and the process's answer."""
        with tempfile.TemporaryDirectory(prefix="cnnstudio-proof-") as folder:
            request, inputs, outputs, answer = (
                Path(folder) / name
                for name in ("request.json", "inputs.safetensors", "outputs.safetensors", "answer")
            )
            save_file(
                {
                    f"{number}/{name}": value.numpy()
                    for number, feed in enumerate(feeds)
                    for name, value in feed.inputs.items()
                },
                inputs,
            )
            content = {
                "runner": str(HERE / "runners" / f"{self._format.runner}.py"),
                "file": str(self._file),
                "options": self._options,
                "feeds": [[*feed.inputs] for feed in feeds],
                "inputs": str(inputs),
                "outputs": str(outputs),
                "answer": str(answer),
                "layers": layers,
            }
            request.write_text(json.dumps(content), "utf-8")
            self._run(request)
            return load_file(outputs), json.loads(answer.read_text("utf-8"))

    def _run(self, request: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-P", str(HERE / "prover.py"), str(request)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd=request.parent,
            env=QUIET_WAITING | os.environ,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows: no console
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            told = lines[-1] if lines else f"it ended with status {done.returncode}"
            raise ExportError(
                f"{self._file.name} can't be loaded and run in a fresh process: {told[:500]}",
                DISTRUST,
            )


def _difference(feed: Feed, given: list[np.ndarray], network: Network) -> Difference:
    absolute = relative = 0.0
    for name, own, other in zip(network.outputs, feed.expected, given, strict=False):
        if own.shape != other.shape:
            _refuse(f"Output '{name}' of the file has shape {other.shape} instead of {own.shape}.")
        distance = largest_difference(own, other)
        absolute = max(absolute, distance)
        relative = max(relative, _share(distance, own))
    return Difference(
        batch=feed.batch,
        absolute=absolute,
        relative=relative,
        sizes=tuple(tuple(value.shape[1:]) for value in feed.inputs.values()),
    )


def largest_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Infinite where only one is finite; equal infinities and NaN in both count as equal."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if same.all():
        return 0.0
    left, right = one[~same].astype(np.float64), other[~same].astype(np.float64)
    distance = np.abs(left - right)
    return float(np.where(np.isnan(distance), np.inf, distance).max())


def _share(distance: float, own: np.ndarray) -> float:
    """A difference as a share of the largest finite output."""
    finite = np.abs(own[np.isfinite(own)]).astype(np.float64)
    scale = float(finite.max(initial=0.0))
    return distance / scale if scale else distance


def _compare_weights(network: Network, file: Path, digests: Mapping[str, str]) -> None:
    """Weights travel unchanged, to the bit."""
    state = network.model.state_dict()
    for name in digests:
        if name in state and digest(state[name].numpy()) != digests[name]:
            node = name.rpartition(".")[0] or None
            raise ExportError(
                f"{file.name} holds other weights than the canvas: '{name}' differs.",
                DISTRUST,
                node,
            )


def _differing(
    network: Network,
    file: Path,
    prover: _Prover,
    feed: Feed,
    differences: Iterable[Difference],
) -> ExportError:
    worst = max(differences, key=lambda one: one.relative)
    node = _first_differing(network, prover, feed)
    where = f" The first layer whose values differ is '{node}'." if node else ""
    return ExportError(
        f"{file.name} does not compute what the canvas does: with a batch of {worst.batch} its "
        f"outputs differ by {worst.absolute:.2g} ({worst.relative:.2g} of the largest).{where}",
        DISTRUST,
        node,
    )


def _first_differing(network: Network, prover: _Prover, feed: Feed) -> str | None:
    """The first module that gives other values in the file than on the canvas, in the order of
    calls; None if none does, or if the format has no layers to look into."""
    if not prover.sees_layers:
        return None
    found, _ = prover.ask([feed], layers=True)
    own: dict[str, np.ndarray] = {}

    def keep(name: str) -> Any:
        def hook(module: nn.Module, given: Any, made: Any) -> None:
            tensors = _flat(made)
            if tensors and name not in own:
                own[name] = tensors[0].numpy().copy()

        return hook

    hooks = [
        module.register_forward_hook(keep(name))
        for name, module in network.model.named_modules()
        if name
    ]
    try:
        _outputs(network.model, feed.inputs)
    finally:
        for hook in hooks:
            hook.remove()
    for name, value in own.items():
        other = found.get(f"0/{name}")
        if other is None:
            continue
        if other.shape != value.shape or _share(largest_difference(value, other), value) > 1e-6:
            return name
    return None


def _warnings(feeds: Iterable[Feed]) -> Iterable[str]:
    if any(not np.isfinite(value).all() for feed in feeds for value in feed.expected):
        yield (
            "The network gives numbers that are not finite for normally distributed inputs; the "
            "file gives them at the same places."
        )


def _refuse(message: str) -> Any:
    raise ExportError(message, DISTRUST)
