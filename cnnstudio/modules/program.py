"""Calls of torch's own operators, written down as data."""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor, nn


class TorchProgram(nn.Module):
    """Calls operators of `torch.ops.aten` one after another, as a JSON text lists them.

    `{"calls": [["add.Tensor", [{"value": 0}, {"weight": "offset"}], {}], …], "weights": {"offset":
    {"shape": [3, 1], "dtype": "float32", "learned": true}}, "results": [{"value": 1}]}`

    A call is a name with overload, arguments and named arguments. `{"value": 0}` is the first
    input; the values after the inputs are the results of the calls, in order, of which
    `{"value": 3, "item": 1}` takes the second. `{"batch": 4}` is four times the batch size, and
    `{"dtype": …}`, `{"device": …}`, `{"layout": …}` and `{"memory_format": …}` name what torch
    calls so. `inputs` says how many tensors it takes.

    Only operators that compute tensors from tensors are called: none that reads or writes a file,
    resizes a tensor or is internal to torch. Raises ValueError for any other, and for a text that
    is not such a list.
    """

    INTERNAL = (
        "_softmax", "_log_softmax", "_unsafe_view", "_to_copy", "_adaptive_avg_pool2d",
        "_adaptive_avg_pool3d", "_native_batch_norm_legit_no_training", "_reshape_alias",
        "_scaled_dot_product_flash_attention_for_cpu", "_upsample_bilinear2d_aa", "_weight_norm",
        "_weight_norm_interface", "_upsample_bicubic2d_aa", "_unsafe_index", "_pdist_forward",
        "_cdist_forward", "_prelu_kernel", "_fft_r2c", "_fft_c2r", "_fft_c2c", "_conj",
        "_euclidean_dist", "_safe_softmax", "_log_softmax_backward_data",
    )  # fmt: skip
    REFUSED = (
        "from_file", "resize", "resize_as", "set", "data", "set_data", "rename", "record_stream",
        "unsafe_storage", "sparse_resize", "copy_sparse_to_sparse", "retain_grad", "requires_grad",
    )  # fmt: skip
    TEXTS = ("rounding_mode", "approximate", "reduce", "equation", "mode", "padding", "indexing",
             "interpolation", "padding_mode", "side", "norm", "ord", "UPLO")  # fmt: skip

    def __init__(self, program: str, inputs: int = 1) -> None:
        super().__init__()
        self.program = program
        self.inputs = inputs
        try:
            content = json.loads(program)
            self._calls = [
                (self._operator(name), args, kwargs) for name, args, kwargs in content["calls"]
            ]
            self._results = list(content["results"])
            self.outputs = len(self._results)
            for name, weight in content.get("weights", {}).items():
                self._add_weight(name, weight)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"the list of operators is damaged: {error}") from None

    def _add_weight(self, name: str, weight: Any) -> None:
        shape, dtype = [int(size) for size in weight["shape"]], getattr(torch, weight["dtype"])
        if not isinstance(dtype, torch.dtype):
            raise ValueError(f"there is no type of numbers '{weight['dtype']}'")
        if weight.get("learned"):
            self.register_parameter(name, nn.Parameter(torch.zeros(shape, dtype=dtype)))
        else:
            self.register_buffer(name, torch.zeros(shape, dtype=dtype))

    @classmethod
    def _operator(cls, name: str) -> Any:
        """The operator of this name, if it may be called."""
        base, _, overload = name.partition(".")
        plain = base.removesuffix("_")
        internal = base.startswith("_") and base not in cls.INTERNAL
        if internal or plain in cls.REFUSED or not base.isidentifier():
            raise ValueError(f"the operator '{name}' may not be called")
        packet = getattr(torch.ops.aten, base, None)
        found = getattr(packet, overload or "default", None)
        if not isinstance(found, torch._ops.OpOverload):
            raise ValueError(f"torch has no operator '{name}'")
        for argument in found._schema.arguments:
            kind = str(argument.type)
            text = kind.removeprefix("Optional[").removesuffix("]") == "str"
            if (text and argument.name not in cls.TEXTS) or "Storage" in kind:
                raise ValueError(f"the operator '{name}' may not be called")
        return found

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        if len(tensors) != self.inputs:
            raise ValueError(f"the operators take {self.inputs} tensors, not {len(tensors)}")
        # What is changed in place here should stay as it was for others.
        changes = any(operator._schema.is_mutable for operator, _, _ in self._calls)
        values: list[Any] = [tensor.clone() if changes else tensor for tensor in tensors]
        for operator, args, kwargs in self._calls:
            given = [self._given(one, values) for one in args]
            named = {name: self._given(one, values) for name, one in kwargs.items()}
            values.append(operator(*given, **named))
        return tuple(self._given(result, values) for result in self._results)

    def _given(self, written: Any, values: list[Any]) -> Any:
        """An argument as it was written, as the operator takes it."""
        if isinstance(written, list):
            return [self._given(part, values) for part in written]
        if not isinstance(written, dict):
            return written
        match written:
            case {"value": number, "item": item}:
                return values[number][item]
            case {"value": number}:
                return values[number]
            case {"weight": name}:
                return getattr(self, name)
            case {"batch": times}:
                return values[0].shape[0] * times
            case {"device": _}:
                return values[0].device if values else torch.get_default_device()
            case {"dtype": name} | {"layout": name} | {"memory_format": name}:
                return getattr(torch, name)
            case {"number": name}:  # what JSON can't write
                return float(name)
        raise ValueError(f"{written} names no value")

    def extra_repr(self) -> str:
        return f"{len(self._calls)} calls, {self.inputs} inputs"
