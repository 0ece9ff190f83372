"""Activations and heat as text."""

from __future__ import annotations


def number_text(value: float) -> str:
    """Three significant digits, with a real minus: `0.532`, `−12.4`, `3.1e-07`."""
    if value == 0:
        return "0"
    text = f"{value:.3g}" if abs(value) < 1e-3 or abs(value) >= 1e5 else _plain(value)
    return text.replace("-", "−", 1) if value < 0 else text


def _plain(value: float) -> str:
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}"
