"""What Grad-CAM costs, beside one forward pass and the gradient down to the chosen layer only.

    python benchmarks/gradcam.py [--rounds 60]

`cs.explain` on ResNet-18 at 224×224 chooses the class, the layer and explains, all from one pass.
The other is the least that can be done by hand: the network's own forward, and
`torch.autograd.grad` to the output of its last block. All take turns, so that what else the machine
does hits them alike; the quickest of each counts. The limit: 1.15 of it.
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

LIMIT = 1.15


def by_hand(model: nn.Module, images: Tensor) -> None:
    seen: list[Tensor] = []
    handle = model.get_submodule("layer4.1.relu").register_forward_hook(
        lambda module, inputs, output: seen.append(output)
    )
    scores = model(images)
    handle.remove()
    torch.autograd.grad(scores.max(), seen[-1])


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=60)
    rounds = options.parse_args().rounds
    torch.manual_seed(0)
    model = cs.build(cs.template("resnet18", input_shape=(3, 224, 224), classes=10)).eval()
    images = torch.rand(1, 3, 224, 224)
    works = {
        "by hand": lambda: by_hand(model, images),
        "the suggested layer": lambda: cs.explain(model, images, "gradcam"),
        "layer4": lambda: cs.explain(model, images, "gradcam", layer="layer4"),
        "layer4, one class": lambda: cs.explain(model, images, "gradcam", 3, "layer4"),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            best[name] = min(best[name], milliseconds(work))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{torch.get_num_threads()} threads, load {load:.2f}; ResNet-18 at 224×224")
    for name, took in best.items():
        print(f"{name:22} {took:6.1f} ms   {took / best['by hand']:.2f}")
    worst = max(best.values()) / best["by hand"]
    print(f"limit {LIMIT}: {'kept' if worst <= LIMIT else 'broken'}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
