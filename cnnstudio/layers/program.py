"""What has no layer of its own: operators of torch, kept as they are."""

from __future__ import annotations

import json
from typing import Any

from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import layer

EXAMPLE = json.dumps(
    {"calls": [["relu.default", [{"value": 0}], {}]], "weights": {}, "results": [{"value": 1}]}
)


def _outputs(values: dict[str, Any]) -> int:
    return int(values["outputs"])


@layer(
    "Torch operators", category="Signal", target="cnnstudio.modules.program.TorchProgram",
    icon="mdi6.function-variant", variadic=True, fewest_inputs=1, hidden=["outputs"],
    outputs_from=_outputs, used_in="Imported models, for what has no layer here.",
    formula="operators of torch, one after another",
    examples=[[(12,)], [(12, 16, 16)]],
    reference="https://docs.pytorch.org/docs/stable/torch.compiler_ir.html",
)  # fmt: skip
class TorchProgram:
    """Calls operators of torch one after another, as a text lists them. An import keeps so what has
    no layer of its own: it is computed and trained as in the original, but can't be edited with
    ease. Only operators that compute tensors from tensors are called, none that touches a file."""

    program: str = parameter(
        EXAMPLE, advanced=True, help="the operators, their arguments and weights, as JSON"
    )
    inputs: int = parameter(1, minimum=1, advanced=True, help="how many tensors it takes")
    outputs: int = parameter(1, minimum=1, advanced=True, help="how many tensors it gives")
