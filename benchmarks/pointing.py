"""Whether Grad-CAM finds the object: the pointing game on the sample's test images.

    python benchmarks/pointing.py [--run RUN]

Trains the sample (about 40 s of processor time), explains all test images at the suggested layer,
the end of the last convolution, and counts those classified correctly whose hottest pixel is in the
object's box or at most half a position of the layer beside it. The limit: 95 % of them. Beside it:
without that tolerance, on the object's own outline, and what a pixel drawn at random would hit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

import cnnstudio as cs
from cnnstudio.blueprints import SAMPLE
from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.subject import open_run
from cnnstudio.interpret.trust.pointing import hits, mask_of

LIMIT = 0.95
BATCH = 64


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--run", type=Path, help="a run of the sample, instead of training one")
    run = options.parse_args().run
    with tempfile.TemporaryDirectory() as folder:
        if run is None:
            run = Path(folder) / "run"
            cs.train(cs.template(SAMPLE), run)
        return 0 if judge(run) >= LIMIT else 1


def judge(run: Path) -> float:
    subject = open_run(run, "best")
    pictures = [subject.picture(("test", index)) for index in range(len(subject.splits.test))]
    images = torch.stack([picture.tensor for picture in pictures])
    found = [explanation(subject.model, part) for part in images.split(BATCH)]
    heat = np.concatenate([one.heat for one in found])
    said = [target for one in found for target in one.targets]
    right = [place for place, one in enumerate(pictures) if one.label == said[place]]
    masks = [mask_of(picture.truth, heat.shape[1:]) for picture in pictures]
    layer = str(found[0].layer)
    cell = heat.shape[1] / cs.feature_maps(subject.model, images[:1], layer)[layer].shape[2]
    share = np.mean([hits(heat[place], masks[place], int(cell // 2)) for place in right])
    strict = np.mean([hits(heat[place], masks[place]) for place in right])
    outline = np.mean([masks[place].ravel()[heat[place].argmax()] for place in right])
    chance = np.mean([hits(one, masks[place], int(cell // 2)) for place, one in noise(heat, right)])
    print(
        f"{len(right)} of {len(pictures)} test images classified correctly, Grad-CAM at '{layer}'"
    )
    kept = "kept" if share >= LIMIT else "broken"
    print(
        f"hits {share:.1%} (limit {LIMIT:.0%}: {kept}); without tolerance {strict:.1%}, "
        f"on the outline {outline:.1%}, by chance {chance:.1%}"
    )
    return float(share)


def noise(heat: np.ndarray, places: list[int]) -> list[tuple[int, np.ndarray]]:
    draw = np.random.default_rng(0)
    return [(place, draw.random(heat.shape[1:])) for place in places]


if __name__ == "__main__":
    sys.exit(main())
