"""The command line: a thin caller of the packages. What takes seconds to load is loaded late."""

from cnnstudio.cli.main import main

__all__ = ["main"]
