"""Runs an exported file in a fresh process: `python -P prover.py REQUEST`.

It stands alone: nothing of ours can be imported here, so what runs here runs elsewhere. The request
is a JSON file that names the runner, the export, the inputs (safetensors: `0/image`) and where the
outputs (`0/0`) and the answer go.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file


def main(request_file: str) -> None:
    sys.modules["cnnstudio"] = None  # type: ignore[assignment]  # an import of it fails now
    request = json.loads(Path(request_file).read_text("utf-8"))
    export = load_module(request["runner"]).Export(request["file"], **request["options"])
    given = load_file(request["inputs"])
    outputs: dict[str, np.ndarray] = {}
    for number, names in enumerate(request["feeds"]):
        values = [given[f"{number}/{name}"] for name in names]
        if request["layers"]:
            found = export.layers(values).items()
        else:
            found = enumerate(export.run(values))
        outputs |= {f"{number}/{key}": np.ascontiguousarray(value) for key, value in found}
    save_file(outputs, request["outputs"])
    answer = {
        "runtime": export.runtime,
        "weights": {name: digest(value) for name, value in export.weights().items()},
    }
    Path(request["answer"]).write_text(json.dumps(answer), "utf-8")


def load_module(path: str) -> Any:
    """A Python file as a module, from wherever it lies."""
    spec = util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digest(array: np.ndarray) -> str:
    """Equal for equal bits."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1])
