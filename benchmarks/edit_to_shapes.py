"""Milliseconds from an edit in a network of 200 nodes to its shapes and problems.

    python benchmarks/edit_to_shapes.py [--nodes 200] [--edits 40]

Each edit changes a parameter of a convolution in the middle to a value not seen before: its
channels, which changes a few layers after it, or its padding, which changes the shapes of all that
follow, so that half of the network is found anew. `window` is what the user waits for: the edit,
the question to the kernel process and its answer as a report; `headless` is `cnnstudio.check` in
this process. The limit for each: 50 ms. Beside them, measured in the same rounds: one plain forward
pass of the same network, built once, on torch's meta device, which finds no problems and no cost
and does not have to build what was edited.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

import cnnstudio as cs
from cnnstudio.compiler.report import Report
from cnnstudio.graph import Document, Edge, Network, Node, Project, SetParameter
from cnnstudio.kernel.client import Kernel

LIMIT_MILLISECONDS = 50.0
CHANNELS = 16
BLOCK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Conv2d", {"out_channels": CHANNELS, "kernel_size": [3, 3], "padding": [1, 1]}),
    ("BatchNorm2d", {}),
    ("ReLU", {}),
    ("Conv2d", {"out_channels": CHANNELS, "kernel_size": [3, 3], "padding": [1, 1]}),
)


def network_of(count: int) -> Network:
    """A chain of blocks, pooled now and then, with a classifier at its end."""
    kinds: list[tuple[str, dict[str, Any]]] = [("Input", {"shape": [3, 64, 64]})]
    tail = [("Flatten", {}), ("Linear", {"out_features": 10}), ("Output", {})]
    while len(kinds) < count - len(tail):
        kinds.append(BLOCK[(len(kinds) - 1) % len(BLOCK)])
        if len(kinds) % 50 == 0:
            kinds.append(("MaxPool2d", {}))
    kinds = kinds[: count - len(tail)] + tail
    nodes = [
        Node(id=f"n{i}", kind=kind, name=f"layer{i}", parameters=parameters)
        for i, (kind, parameters) in enumerate(kinds)
    ]
    edges = [Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)]
    return Network(nodes=tuple(nodes), edges=tuple(edges))


def middle(network: Network) -> Node:
    convolutions = [node for node in network.nodes if node.kind == "Conv2d"]
    return convolutions[len(convolutions) // 2]


def edited(document: Document, node: Node, parameter: str, value: int) -> Project:
    size = value if parameter == "out_channels" else [value, value]
    document.apply(SetParameter(node_id=node.id, name=parameter, value=size))
    return document.project


class Timed:
    """Milliseconds of what happens within `with`, kept in a list."""

    def __init__(self) -> None:
        self.found: list[float] = []

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.found.append(1000 * (time.perf_counter() - self._begun))


def measure(kernel: Kernel, nodes: int, edits: int, parameter: str) -> dict[str, list[float]]:
    document = Document(Project(networks=(network_of(nodes),)))
    node = middle(document.project.network)
    last = document.project.network.nodes[-1].name
    with torch.device("meta"):
        model = cs.build(document.project).eval()
        images = torch.empty((2, 3, 64, 64))
    window, headless, peer = Timed(), Timed(), Timed()
    Report.model_validate(kernel.ask("check", project=document.project).result(60))
    cs.check(document.project)
    for number in range(2, edits + 2):
        with window:
            project = edited(document, node, parameter, number)
            answer = kernel.ask("check", project=project).result(60)
            report = Report.model_validate(answer)
        with headless:
            own = cs.check(edited(document, node, parameter, 1000 + number))
        with peer, torch.no_grad():
            output = model(images)
        assert not report.problems and report.shapes[last] == own.shapes[last] == [10]
        assert report.shapes[node.name] != own.shapes[node.name] and output.shape == (2, 10)
    return {"window": window.found, "headless": headless.found, "plain forward": peer.found}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--nodes", type=int, default=200)
    options.add_argument("--edits", type=int, default=40)
    arguments = options.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{arguments.nodes} nodes, {arguments.edits} edits, load {load:.2f} before")
    worst = 0.0
    with TemporaryDirectory() as folder, Kernel(log=Path(folder) / "kernel.log") as kernel:
        for parameter in ("out_channels", "padding"):
            found = measure(kernel, arguments.nodes, arguments.edits, parameter)
            floor = statistics.median(found["plain forward"])
            for name, took in found.items():
                median = statistics.median(took)
                print(
                    f"{parameter:13} {name:14} {median:6.1f} ms   slowest {max(took):6.1f} ms"
                    f"   ratio {median / floor:.2f}"
                )
                worst = max(worst, median) if name != "plain forward" else worst
    kept = worst < LIMIT_MILLISECONDS
    print(f"limit {LIMIT_MILLISECONDS:g} ms: {'kept' if kept else 'broken'}, {worst:.1f} ms")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
