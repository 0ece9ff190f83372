"""Activations and heat as text."""

from __future__ import annotations

from cnnstudio.interpret.figures.number import number_text

__all__ = ["number_text"]
