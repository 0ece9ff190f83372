"""Functions of single values: arithmetic with a constant, and what a calculator has."""

from __future__ import annotations

from functools import partial

from cnnstudio.layers.arithmetic import CATEGORY
from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import layer

# A function of torch that is applied to each value by itself.
pointwise = partial(layer, category=CATEGORY, call="function", curve=True)


@pointwise(
    "Scale", target="torch.mul", icon="mdi6.close-box-outline", common=True,
    also_called=("multiply by constant", "gain"), formula="x · other",
    used_in="Residual branches that are made small; attention's 1/√d.",
)  # fmt: skip
class Scale:
    """Multiplies every value by one number."""

    other: float = parameter(0.5, title="Factor", headline=True, help="the number")


@pointwise(
    "Shift", target="torch.add", icon="mdi6.plus-box-outline", common=True,
    also_called=("add constant", "offset", "bias"), formula="x + other",
    used_in="Bringing values to another range.",
)  # fmt: skip
class Shift:
    """Adds one number to every value."""

    other: float = parameter(1.0, title="Number", headline=True, help="the number that is added")


@pointwise(
    "Power", target="torch.pow", icon="mdi6.exponent", common=True, also_called=("gamma",),
    formula="x^exponent", used_in="Gamma correction, compression of spectra.",
)  # fmt: skip
class Power:
    """Raises every value to a power. Negative values need a whole exponent."""

    exponent: float = parameter(2.0, headline=True, help="the power")


@pointwise(
    "Clamp", target="torch.clamp", icon="mdi6.arrow-collapse-vertical", common=True,
    also_called=("clip", "limit"), formula="max(min, minimum(x, max))",
    used_in="Keeping values in a range, such as pixels in 0…1.",
)  # fmt: skip
class Clamp:
    """Cuts values off below and above."""

    min: float | None = parameter(0.0, title="Minimum", headline=True, help="no limit if empty")
    max: float | None = parameter(1.0, title="Maximum", headline=True, help="no limit if empty")


@pointwise(
    "Negative", target="torch.neg", icon="mdi6.minus-circle-outline", also_called=("minus", "neg"),
    formula="−x", used_in="Losses turned round, and differences.",
)  # fmt: skip
class Negative:
    """Turns the sign of every value round."""


@pointwise(
    "Absolute value", target="torch.abs", icon="mdi6.math-norm",
    also_called=("absolute", "magnitude"), formula="|x|", used_in="Energies, and L1 norms.",
)  # fmt: skip
class Abs:
    """Makes every value positive."""


@pointwise(
    "Exponential", target="torch.exp", icon="mdi6.exponent", also_called=("exponential",),
    formula="eˣ", used_in="Log-variances of variational autoencoders.",
)  # fmt: skip
class Exp:
    """Raises e to the power of every value."""


@pointwise(
    "Logarithm", target="torch.log", icon="mdi6.math-log", also_called=("ln", "logarithm"),
    formula="log(x)", used_in="Likelihoods, and loudness.",
)  # fmt: skip
class Log:
    """Takes the natural logarithm of every value, which must be positive."""


@pointwise(
    "Logarithm of 1 + x", target="torch.log1p", icon="mdi6.math-log", formula="log(1 + x)",
    used_in="Spectrograms: zero stays zero.",
)  # fmt: skip
class Log1p:
    """Takes the natural logarithm of one more than every value, exact for small ones."""


@pointwise(
    "Decimal logarithm", target="torch.log10", icon="mdi6.math-log", formula="log₁₀(x)",
    used_in="Loudness in decibels.",
)  # fmt: skip
class Log10:
    """Takes the logarithm to base 10 of every value, which must be positive."""


@pointwise(
    "Exponential minus 1", target="torch.expm1", icon="mdi6.exponent", formula="eˣ − 1",
    used_in="The reverse of log(1 + x).",
)  # fmt: skip
class Expm1:
    """Raises e to the power of every value and takes 1 away, exact for small ones."""


@pointwise(
    "Square root", target="torch.sqrt", icon="mdi6.square-root", also_called=("root",),
    formula="√x", used_in="Deviations from variances.",
)  # fmt: skip
class Sqrt:
    """Takes the square root of every value, which must not be negative."""


@pointwise(
    "Reciprocal square root", target="torch.rsqrt", icon="mdi6.square-root-box", formula="1 / √x",
    used_in="Normalisation of one's own.",
)  # fmt: skip
class Rsqrt:
    """Divides 1 by the square root of every value, which must be positive."""


@pointwise(
    "Square", target="torch.square", icon="mdi6.square-outline", also_called=("power 2",),
    formula="x²", used_in="Energies and variances.",
)  # fmt: skip
class Square:
    """Multiplies every value by itself."""


@pointwise(
    "Reciprocal", target="torch.reciprocal", icon="mdi6.division-box", also_called=("inverse",),
    formula="1 / x", used_in="Depth from disparity.",
)  # fmt: skip
class Reciprocal:
    """Divides 1 by every value, none of which may be zero."""


@pointwise(
    "Sine", target="torch.sin", icon="mdi6.sine-wave", also_called=("siren",), formula="sin(x)",
    used_in="SIREN, and encodings of places.",
)  # fmt: skip
class Sin:
    """Takes the sine of every value."""


@pointwise(
    "Cosine", target="torch.cos", icon="mdi6.cosine-wave", formula="cos(x)",
    used_in="Encodings of places and times.",
)  # fmt: skip
class Cos:
    """Takes the cosine of every value."""


@pointwise(
    "Tangent", target="torch.tan", icon="mdi6.angle-acute", formula="tan(x)",
    used_in="Angles of cameras.",
)  # fmt: skip
class Tan:
    """Takes the tangent of every value."""


@pointwise(
    "Arc tangent", target="torch.atan", icon="mdi6.angle-obtuse", formula="arctan(x)",
    used_in="Bounded outputs with long tails.",
)  # fmt: skip
class Atan:
    """Maps every value to an angle between −π/2 and π/2."""


@pointwise(
    "Hyperbolic sine", target="torch.sinh", icon="mdi6.chart-bell-curve-cumulative",
    formula="(eˣ − e⁻ˣ) / 2", used_in="The reverse of asinh.",
)  # fmt: skip
class Sinh:
    """Takes the hyperbolic sine of every value."""


@pointwise(
    "Inverse hyperbolic sine", target="torch.asinh", icon="mdi6.chart-bell-curve-cumulative",
    also_called=("arcsinh",), formula="log(x + √(x² + 1))",
    used_in="Images of the sky, whose brightness spans many decades.",
)  # fmt: skip
class Asinh:
    """Grows as a logarithm for large values of both signs, and is straight near zero."""


@pointwise(
    "Error function", target="torch.erf", icon="mdi6.chart-bell-curve-cumulative",
    formula="2/√π · ∫₀ˣ e^(−t²) dt", used_in="Probabilities under a normal distribution.",
)  # fmt: skip
class Erf:
    """The share of a normal distribution within every value."""


@pointwise(
    "Sign", target="torch.sign", icon="mdi6.plus-minus", formula="−1, 0 or 1",
    used_in="Signs of differences. Its gradient is zero everywhere.",
)  # fmt: skip
class Sign:
    """Keeps the sign of every value only."""


@pointwise(
    "Floor", target="torch.floor", icon="mdi6.format-vertical-align-bottom", formula="⌊x⌋",
    used_in="Quantisation. Its gradient is zero everywhere.",
)  # fmt: skip
class Floor:
    """Rounds every value down to a whole number."""


@pointwise(
    "Ceiling", target="torch.ceil", icon="mdi6.format-vertical-align-top", formula="⌈x⌉",
    used_in="Quantisation. Its gradient is zero everywhere.",
)  # fmt: skip
class Ceil:
    """Rounds every value up to a whole number."""


@pointwise(
    "Round", target="torch.round", icon="mdi6.format-vertical-align-center",
    also_called=("quantise",), formula="the nearest whole number",
    used_in="Quantisation. Its gradient is zero everywhere.",
)  # fmt: skip
class Round:
    """Rounds every value to the nearest whole number."""
