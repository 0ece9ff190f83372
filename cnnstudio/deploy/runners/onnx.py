"""Loads a model with ONNX Runtime."""

from typing import Any

import onnxruntime


class Export:
    def __init__(self, file: str) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only
        self.session = onnxruntime.InferenceSession(
            file, options, providers=["CPUExecutionProvider"]
        )
        self.runtime = f"onnxruntime {onnxruntime.__version__}"

    def weights(self) -> dict[str, Any]:
        """None by name: the exporter folds and renames them."""
        return {}

    def run(self, values: list[Any]) -> list[Any]:
        """Outputs, as arrays, for inputs, as arrays."""
        names = [given.name for given in self.session.get_inputs()]
        return list(self.session.run(None, dict(zip(names, values, strict=True))))
