"""The sanity check by the labels: the heat of a network trained on labels dealt out anew.

The data randomisation test of Adebayo et al. 2018, https://arxiv.org/abs/1810.03292
"""

from __future__ import annotations

from typing import Any

from cnnstudio.interpret.trust.judged import Judged
from cnnstudio.interpret.trust.similarity import spearman, ssim


def label_randomisation(judged: Judged) -> dict[str, Any]:
    """{"alike": |rank correlation| of the heat's size for the same class, "ssim"}."""
    assert judged.twin is not None, "the check is made only where there is a twin"
    before = judged.heat.abs()
    after = judged.again(judged.twin, judged.image)[0].abs()
    return {"alike": abs(spearman(before, after)), "ssim": ssim(before, after)}
