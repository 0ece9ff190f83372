"""The checks of an explanation, each declared once: what it asks, how its numbers read. No torch.

A check's function measures one image; the means over several images are judged here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cnnstudio.graph.errors import ExplanationError

Verdict = Literal["good", "doubtful", "bad", "unknown"]
Measures = Mapping[str, Any]

ALIKE, HARDLY_ALIKE = 0.8, 0.5
MOST_HITS, SOME_HITS = 0.9, 0.6
FAITHFUL, HARDLY_FAITHFUL = 0.4, 0.1
STEADY, UNSTEADY = 0.3, 1.0


@dataclass(frozen=True)
class Check:
    """One check. `target` is the dotted name of a function (judged) → measures, of one image;
    `judge` reads the means. `value` names the measure that stands for the check, `better` the
    direction in which it is. With `needs_truth` it is made only where the object's place is known,
    with `needs_twin` only where there is a network trained on shuffled labels.
    """

    kind: str
    title: str
    target: str
    doc: str
    reference: str
    judge: Callable[[Measures], tuple[Verdict, str]]
    value: str
    better: Literal["high", "low"]
    needs_truth: bool = False
    needs_twin: bool = False


def _randomisation(found: Measures) -> tuple[Verdict, str]:
    alike = found["alike"]
    told = f"With all weights drawn anew the heat is {alike:.2f} alike (rank correlation)"
    if alike >= ALIKE:
        return "bad", f"{told}: it does not show what the network has learnt."
    if alike >= HARDLY_ALIKE:
        return "doubtful", f"{told}: much of it is not about what the network has learnt."
    return "good", f"{told}: it shows what the network has learnt."


def _labels(found: Measures) -> tuple[Verdict, str]:
    alike = found["alike"]
    told = f"A network trained on shuffled labels has heat that is {alike:.2f} alike"
    if alike >= ALIKE:
        return "bad", f"{told}: it does not show what the labels taught."
    if alike >= HARDLY_ALIKE:
        return "doubtful", f"{told}: much of it is not about what the labels taught."
    return "good", f"{told}: it shows what the labels taught."


def _curves(found: Measures) -> tuple[Verdict, str]:
    right = (found["deletion"] < found["deletion_random"]) + (
        found["insertion"] > found["insertion_random"]
    )
    verdicts: list[Verdict] = ["bad", "doubtful", "good"]
    return verdicts[right], (
        f"Covering the hottest pixels first leaves {found['deletion']:.0%} of probability "
        f"(random blobs {found['deletion_random']:.0%}, lower is better); showing them first gives "
        f"{found['insertion']:.0%} (random {found['insertion_random']:.0%}, higher is better)."
    )


def _pointing(found: Measures) -> tuple[Verdict, str]:
    hits = found["hit"]
    where = f"on the object in {hits:.0%} of the images" if 0 < hits < 1 else (
        "on the object" if hits else "beside the object"
    )  # fmt: skip
    verdict: Verdict = "good" if hits >= MOST_HITS else "doubtful" if hits >= SOME_HITS else "bad"
    return verdict, (
        f"The hottest pixel is {where}; {found['inside']:.0%} of the heat is inside, on "
        f"{found['area']:.0%} of the image."
    )


def _infidelity(found: Measures) -> tuple[Verdict, str]:
    share = found["explained"]
    verdict: Verdict = (
        "good" if share >= FAITHFUL else "doubtful" if share >= HARDLY_FAITHFUL else "bad"
    )
    return verdict, (
        f"The heat accounts for {share:.0%} of how the score changes when patches are covered."
    )


def _sensitivity(found: Measures) -> tuple[Verdict, str]:
    change = found["change"]
    verdict: Verdict = "good" if change <= STEADY else "doubtful" if change <= UNSTEADY else "bad"
    return verdict, (
        f"Noise of {found['noise']:.0%} of the image's range, which nobody sees, changes the heat "
        f"by up to {change:.0%}."
    )


HERE = "cnnstudio.interpret.trust."

checks: dict[str, Check] = {
    check.kind: check
    for check in (
        Check(
            kind="randomisation",
            title="Depends on the weights",
            target=HERE + "randomisation.randomisation",
            doc="Draws the layers' weights anew, from the last to the first, and looks whether the "
            "heat changes. A method whose heat stays shows the image, not the network.",
            reference="https://arxiv.org/abs/1810.03292",
            judge=_randomisation,
            value="alike",
            better="low",
        ),
        Check(
            kind="labels",
            title="Label randomisation",
            target=HERE + "labels.label_randomisation",
            doc="Compares with the heat of the same network, trained on labels that were dealt out "
            "anew. What is alike does not come from what the labels taught.",
            reference="https://arxiv.org/abs/1810.03292",
            judge=_labels,
            value="alike",
            better="low",
            needs_twin=True,
        ),
        Check(
            kind="curves",
            title="Insertion and deletion",
            target=HERE + "curves.curves",
            doc="Covers the hottest pixels first and follows the class's probability; then shows "
            "them first on a blurred image. Compared with blobs drawn at random.",
            reference="https://arxiv.org/abs/1806.07421",
            judge=_curves,
            value="insertion",
            better="high",
        ),
        Check(
            kind="pointing",
            title="Points at the object",
            target=HERE + "pointing.pointing",
            doc="Whether the hottest pixel lies in the object's box, or beside it by at most half "
            "a position of the layer. Only where a box or a mask is known.",
            reference="https://arxiv.org/abs/1608.00507",
            judge=_pointing,
            value="hit",
            better="high",
            needs_truth=True,
        ),
        Check(
            kind="infidelity",
            title="Accounts for the score",
            target=HERE + "fidelity.infidelity_share",
            doc="Covers random patches and compares the change of the score with the heat that "
            "they cover: 1 less captum's infidelity, as a share of that of no explanation.",
            reference="https://arxiv.org/abs/1901.09392",
            judge=_infidelity,
            value="explained",
            better="high",
        ),
        Check(
            kind="sensitivity",
            title="Steady under noise",
            target=HERE + "fidelity.sensitivity",
            doc="The largest change of the heat when the image is changed by noise too small to "
            "see.",
            reference="https://arxiv.org/abs/1901.09392",
            judge=_sensitivity,
            value="change",
            better="low",
        ),
    )
}


def check_named(kind: str) -> Check:
    """The check of this kind; ExplanationError if there is none."""
    if kind not in checks:
        raise ExplanationError(
            f"There is no check '{kind}'.", f"Choose among: {', '.join(checks)}."
        )
    return checks[kind]
