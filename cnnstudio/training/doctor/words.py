"""Numbers of the evidence, as people write them."""

from __future__ import annotations

import math

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Three digits: `0.0312`, `2.3`, `1.2e+05`."""
    return f"{value:.3g}" if math.isfinite(value) else "no number"


def percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def power(value: float) -> str:
    """`2·10⁻⁵` for what is far from 1."""
    if not math.isfinite(value) or value <= 0 or 1e-2 <= value < 1e3:
        return number(value)
    exponent = math.floor(math.log10(value))
    digits = f"{value / 10**exponent:.1f}".removesuffix(".0")
    raised = str(exponent).translate(RAISED)
    return f"10{raised}" if digits == "1" else f"{digits}·10{raised}"


def step_of(step: int) -> str:
    return f"step {step:,}"


def size(count: int) -> str:
    """Bytes: `11.3 GiB`."""
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    power = min(int(math.log(max(count, 1), 1024)), len(units) - 1)
    return f"{count / 1024**power:.3g} {units[power]}"


def some(names: list[str], most: int = 4) -> str:
    """`a, b, c and 3 more`."""
    listed = ", ".join(names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most} more"
