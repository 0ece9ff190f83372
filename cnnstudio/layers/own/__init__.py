"""Layers that the user brings: read from Python files and packages without running them."""
