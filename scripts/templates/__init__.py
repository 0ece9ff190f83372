"""Draws the templates: a short module a family. `python -m scripts.templates` writes them all."""
