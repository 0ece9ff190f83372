"""The ways to attack a network, each declared once. No torch is needed to read them."""

from __future__ import annotations

from difflib import get_close_matches

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.layers.declaration import Declaration, parameter, parameters_of

LEVELS = 255  # of a stored image: epsilon is told as so many of them
GREATEST = 32 / LEVELS  # where a search for the smallest change gives up


class FastGradientSign:
    """Changes each pixel by epsilon, up or down, whichever way lowers the class's probability where
    the image is. One pass forward and one back."""


class ProjectedGradient:
    """Takes small steps of the fast gradient sign method, and brings each pixel back to within
    epsilon after each. The strongest of the simple attacks."""

    steps: int = parameter(10, minimum=1, maximum=1000, help="a pass forward and back each")
    step_size: float | None = parameter(
        None, minimum=0, maximum=1,
        help="in the image's 0…1; 2.5 × epsilon / steps if empty",
    )  # fmt: skip
    random_start: bool = parameter(
        False, advanced=True, help="begins anywhere within epsilon, not at the image"
    )
    seed: int = parameter(0, minimum=0, advanced=True, help="another one begins elsewhere")


attacks: dict[str, Declaration] = {
    one.kind: one
    for one in (
        Declaration(
            kind="fgsm",
            title="FGSM (fast gradient sign)",
            category="Attack",
            target="cnnstudio.interpret.adversarial.attack.fgsm",
            doc=" ".join((FastGradientSign.__doc__ or "").split()),
            parameters=parameters_of(FastGradientSign),
            formula="clip(x + ε · sign(∂loss/∂x))",
            reference="https://arxiv.org/abs/1412.6572",
        ),
        Declaration(
            kind="pgd",
            title="PGD (projected gradient)",
            category="Attack",
            target="cnnstudio.interpret.adversarial.attack.pgd",
            doc=" ".join((ProjectedGradient.__doc__ or "").split()),
            parameters=parameters_of(ProjectedGradient),
            formula="xₜ₊₁ = clip(xₜ + α · sign(∂loss/∂xₜ), within ε of x)",
            reference="https://arxiv.org/abs/1706.06083",
        ),
    )
}


def attack_named(kind: str) -> Declaration:
    """The attack of this kind; ExplanationError if there is none."""
    if kind not in attacks:
        close = get_close_matches(kind, attacks, 1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        raise ExplanationError(
            f"There is no attack '{kind}'.{meant}", f"Choose one of: {', '.join(attacks)}."
        )
    return attacks[kind]
