"""How an image is made that excites a unit: declared once. No torch is needed to read it."""

from __future__ import annotations

from cnnstudio.layers.declaration import Choice, Declaration, parameter, parameters_of

PARAMETRIZATIONS = ("fourier", "pixels")


class FeatureVisualization:
    """Starts from noise and changes the image, step by step, so that the unit is excited more. The
    picture is moved, turned and resized a little at each step: what is left are patterns that the
    unit responds to wherever they lie, not noise that happens to excite it."""

    steps: int = parameter(256, minimum=1, maximum=10000, help="more make the picture clearer")
    starts: int = parameter(
        1,
        minimum=1,
        maximum=16,
        help="pictures from other noise: a unit may see several things",
    )
    jitter: float = parameter(
        0.06, minimum=0, maximum=0.5, help="moves the image by up to this share of its side"
    )
    scale: float = parameter(0.1, minimum=0, maximum=0.9, help="resizes it by up to this share")
    rotate: float = parameter(5.0, minimum=0, maximum=180, help="turns it by up to these degrees")
    tv: float = parameter(
        0.0, minimum=0, title="Total variation",
        help="weight of the mean difference between neighbouring pixels: smoother, less grain",
    )  # fmt: skip
    l2: float = parameter(
        0.0, minimum=0, title="L2",
        help="weight of the mean squared distance from grey: only what matters is drawn",
    )  # fmt: skip
    diversity: float = parameter(
        0.0, minimum=0, help="weight of how much alike several starts are to the layer"
    )
    negative: bool = parameter(
        False, title="Opposite", help="what the unit is least excited by, instead of most"
    )
    parametrization: Choice = parameter(
        "fourier", choices=PARAMETRIZATIONS, advanced=True,
        help="fourier changes waves of decorrelated colours, which avoids grain; pixels each pixel",
    )  # fmt: skip
    learning_rate: float = parameter(
        0.05, minimum=1e-5, maximum=10, advanced=True, help="length of a step of Adam"
    )
    seed: int = parameter(0, minimum=0, advanced=True, help="another one draws other noise")


visualization = Declaration(
    kind="visualization",
    title="Feature visualisation",
    category="Imagination",
    target="cnnstudio.interpret.imagine.visualize.visualize",
    doc=" ".join((FeatureVisualization.__doc__ or "").split()),
    parameters=parameters_of(FeatureVisualization),
    formula="argmax over x of activation(x) − tv · TV(x) − l2 · mean (x − ½)²",
    reference="https://distill.pub/2017/feature-visualization",
)
