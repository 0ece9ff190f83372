"""Forward time of a built model, beside torchvision's own and the class that is printed.

    python benchmarks/forward.py [--rounds 30] [--batch 4] [--size 160] [NAME …]

Each round runs all three once, in an order that turns; the ratio is the median over the rounds of
the built model's (or the printed one's) time by torchvision's in the same round. Limit: 1.02.
torchvision's activations overwrite their input, which feature maps can't allow; they are told not
to, so that all three do the same. `--in-place` leaves them as they are.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

import torch
import torchvision
from torch import nn

import cnnstudio as cs

NAMES = ("resnet18", "mobilenet_v2", "resnet50")
LIMIT = 1.02


def printed(project: cs.Project) -> nn.Module:
    """An object of the class that the project is printed as."""
    space: dict[str, object] = {"__name__": "printed"}
    exec(compile(cs.code(project), "printed.py", "exec"), space)
    classes = [v for v in space.values() if isinstance(v, type) and v.__module__ == "printed"]
    made = classes[-1]()
    assert isinstance(made, nn.Module)
    return made


def of_torchvision(name: str, in_place: bool) -> nn.Module:
    model: nn.Module = getattr(torchvision.models, name)(weights=None)
    for module in model.modules():
        if hasattr(module, "inplace"):
            module.inplace = module.inplace and in_place
    return model.eval()


def ratios(name: str, rounds: int, batch: int, size: int, in_place: bool) -> dict[str, float]:
    project = cs.template(name)
    models = {
        "built": cs.build(project).eval(),
        "printed": printed(project).eval(),
        "torchvision": of_torchvision(name, in_place),
    }
    images = torch.rand(batch, 3, size, size)
    times: dict[str, list[float]] = {which: [] for which in models}
    order = list(models)
    with torch.inference_mode():
        for model in models.values():
            model(images)
        for number in range(rounds):
            turned = order[number % 3 :] + order[: number % 3]
            for which in turned:
                start = time.perf_counter()
                models[which](images)
                times[which].append(time.perf_counter() - start)
    return {
        which: statistics.median(
            mine / theirs for mine, theirs in zip(times[which], times["torchvision"], strict=True)
        )
        for which in ("built", "printed")
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES, help="networks that torchvision has")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--in-place", action="store_true", help="torchvision's own activations")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    worst = 0.0
    for name in arguments.names:
        found = ratios(name, arguments.rounds, arguments.batch, arguments.size, arguments.in_place)
        worst = max(worst, *found.values())
        print(f"{name:14} built {found['built']:.3f}   printed {found['printed']:.3f}", flush=True)
    print(f"limit {LIMIT:g}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
