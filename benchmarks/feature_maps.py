"""What all feature maps of a network cost, beside a plain forward pass and plain hooks.

    python benchmarks/feature_maps.py [--rounds 40] [--threads 2]

`cs.feature_maps` on ResNet-18 at 224×224 gives the value at each of its 70 nodes as arrays. Plain
hooks keep a reference to what each module gives, functions left out, and spoil it where a later
layer works in place. All take turns, so that what else the machine does hits them alike; the
quickest of each counts. The limit: 1.05 of the forward pass, or as quick as plain hooks: what both
pay for is memory that is not freed again at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

import cnnstudio as cs

LIMIT = 1.05


def forward(model: nn.Module, images: Tensor) -> None:
    with torch.no_grad():
        model(images)


def hooks(model: nn.Module, images: Tensor) -> None:
    seen: dict[str, Tensor] = {}
    handles = [
        module.register_forward_hook(
            lambda module, inputs, output, name=name: seen.__setitem__(name, output)
        )
        for name, module in model.named_modules()
        if not any(module.children())
    ]
    forward(model, images)
    for handle in handles:
        handle.remove()


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(0)
    model = cs.build(cs.template("resnet18", input_shape=(3, 224, 224), classes=10)).eval()
    images = torch.rand(1, 3, 224, 224)
    works = {
        "a forward pass": lambda: forward(model, images),
        "plain hooks": lambda: hooks(model, images),
        "all feature maps": lambda: cs.feature_maps(model, images),
        "those of layer2": lambda: cs.feature_maps(model, images, "layer2"),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(chosen.rounds):
        for name, work in works.items():
            best[name] = min(best[name], milliseconds(work))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{torch.get_num_threads()} threads, load {load:.2f}; ResNet-18 at 224×224")
    plain = best["a forward pass"]
    for name, took in best.items():
        print(f"{name:20} {took:6.1f} ms   {took / plain:.2f}")
    kept = best["all feature maps"] <= max(LIMIT * plain, best["plain hooks"])
    print(f"limit {LIMIT}, or plain hooks: {'kept' if kept else 'broken'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
