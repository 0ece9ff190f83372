"""Images a second through the augmentation, beside torchvision's transforms called one by one.

    python benchmarks/augmentation.py [--rounds 7]

Both call the same transforms on one thread, in turns. The studio's time includes deriving a seed
for each image and step, which torchvision's has not. Told is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torchvision.transforms import v2

from cnnstudio.data.augmentation.pipeline import Pipeline, pipeline
from cnnstudio.data.augmentation.presets import PRESETS

BATCH = 64
SIZES = (32, 224)


def one_by_one(made: Pipeline, images: torch.Tensor) -> torch.Tensor:
    """A batch through the same transforms as somebody writes it by hand."""
    steps = []
    for step in made.steps:
        if hasattr(step.transform, "p"):
            step.transform.p = step.probability
        alone = step.always or hasattr(step.transform, "p")
        steps.append(
            step.transform if alone else v2.RandomApply([step.transform], step.probability)
        )
    changed = v2.Compose(steps)
    return torch.stack([changed(image) for image in images])


def seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def main(rounds: int) -> None:
    torch.set_num_threads(1)
    random, indices = np.random.default_rng(0), np.arange(BATCH)
    print(f"{'preset':10}{'size':>6}{'studio images/s':>18}{'torchvision':>14}{'ratio':>8}")
    for name in ("light", "standard", "digits"):
        for size in SIZES:
            images = random.integers(0, 256, (BATCH, 3, size, size), np.uint8)
            made = pipeline(PRESETS[name].steps, (size, size), 0)
            assert made is not None
            tensors = torch.from_numpy(images)
            made.rows(0, images, indices), one_by_one(made, tensors)
            pairs = [
                (seconds(lambda: made.rows(0, images, indices)),  # noqa: B023
                 seconds(lambda: one_by_one(made, tensors)))  # noqa: B023
                for _ in range(rounds)
            ]  # fmt: skip
            ours, theirs = (BATCH / statistics.median(times) for times in zip(*pairs, strict=True))
            ratio = statistics.median(theirs / ours for ours, theirs in pairs)
            print(f"{name:10}{size:>6}{ours:>18,.0f}{theirs:>14,.0f}{ratio:>8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    main(parser.parse_args().rounds)
