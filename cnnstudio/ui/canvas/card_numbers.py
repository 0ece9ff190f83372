"""What is known of a layer's output in words: for its tooltip and for the inspector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.ui import quantities


def numbers_of(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and number of each thing that a thumbnail tells: mean, range, zeros, …"""
    if "mean" not in known:
        return []
    short = quantities.short
    found = [
        ("Mean", f"{short(known['mean'])} ± {short(known['std'])}" if "std" in known
         else short(known["mean"])),
    ]  # fmt: skip
    if "low" in known:
        found.append(("Range", f"{short(known['low'])} … {short(known['high'])}"))
    if known.get("zeros"):
        found.append(("Zeros", quantities.percent(known["zeros"])))
    if known.get("silent"):
        found.append(("Silent units", f"{int(known['silent'])} of {known.get('channels', '?')}"))
    if "gradient" in known:
        found.append(("Gradient", short(known["gradient"])))
    for name in ("dead", "saturated"):
        if known.get(name) is not None:
            what = "Dead units" if name == "dead" else "Saturated"
            found.append((what, quantities.percent(known[name])))
    return found
