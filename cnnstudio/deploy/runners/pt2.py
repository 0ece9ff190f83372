"""Loads a program with torch.export."""

from importlib import import_module
from typing import Any

import torch


class Export:
    def __init__(self, file: str, libraries: list[str]) -> None:
        for name in libraries:
            import_module(name)
        self.program = torch.export.load(file)
        self.module = self.program.module()
        self.runtime = f"torch {torch.__version__}"

    def weights(self) -> dict[str, Any]:
        """The state dict as arrays."""
        return {name: value.detach().numpy() for name, value in self.program.state_dict.items()}

    def run(self, values: list[Any]) -> list[Any]:
        """Outputs, as arrays, for inputs, as arrays."""
        torch.manual_seed(0)
        with torch.no_grad():
            made = self.module(*map(torch.from_numpy, values))
        return [value.numpy() for value in torch.utils._pytree.tree_leaves(made)]
