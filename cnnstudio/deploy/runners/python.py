"""Imports an exported Python file and calls its `load`; or loads weights alone into the class that
the network's source defines."""

from collections.abc import Callable
from importlib import util
from typing import Any

import torch
from safetensors.torch import load_file


class Export:
    def __init__(self, file: str, source: str = "", class_name: str = "") -> None:
        self.runtime = f"torch {torch.__version__}"
        if source:
            defined: dict[str, Any] = {"__name__": "exported"}
            exec(compile(source, "source.py", "exec"), defined)
            self.model = defined[class_name]()
            self.model.load_state_dict(load_file(file))
            self.model.eval()
        else:
            spec = util.spec_from_file_location("exported", file)
            assert spec is not None and spec.loader is not None
            module = util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self.model = module.load()

    def weights(self) -> dict[str, Any]:
        """The state dict as arrays."""
        return {name: value.numpy() for name, value in self.model.state_dict().items()}

    def run(self, values: list[Any]) -> list[Any]:
        """Outputs, as arrays, for inputs, as arrays."""
        torch.manual_seed(0)
        with torch.inference_mode():
            return [value.numpy() for value in flat(self.model(*map(torch.from_numpy, values)))]

    def layers(self, values: list[Any]) -> dict[str, Any]:
        """The first tensor that each module gives, by the module's name, in order of calls."""
        found: dict[str, Any] = {}

        def keep(name: str) -> Callable[..., None]:
            def hook(module: torch.nn.Module, given: Any, made: Any) -> None:
                tensors = flat(made)
                if tensors and name not in found:
                    found[name] = tensors[0].numpy().copy()

            return hook

        hooks = [m.register_forward_hook(keep(n)) for n, m in self.model.named_modules() if n]
        self.run(values)
        for hook in hooks:
            hook.remove()
        return found


def flat(made: Any) -> list[torch.Tensor]:
    """The tensors in what a module gave: one, several, or several by name."""
    if isinstance(made, torch.Tensor):
        return [made]
    parts = made.values() if isinstance(made, dict) else made
    return [tensor for part in parts for tensor in flat(part)] if made is not None else []
