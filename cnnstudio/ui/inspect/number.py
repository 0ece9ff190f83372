"""Activations and heat as text."""

from __future__ import annotations

from cnnstudio.interpret.number import number_text

__all__ = ["number_text"]
