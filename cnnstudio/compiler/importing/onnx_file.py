"""Reads ONNX files: the graph and its weights. Nothing that a file holds is run.

The graph is executed by torch's functions, one for each of ONNX's operators, and imported as any
module is. Weights that lie in other files are read only from the file's own folder.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.compiler.importing import proof
from cnnstudio.compiler.importing.exported import numbered
from cnnstudio.compiler.importing.from_module import Imported, Shapes, from_module
from cnnstudio.compiler.importing.onnx_operators import OPERATORS, Attributes
from cnnstudio.compiler.importing.recording import Frame
from cnnstudio.graph import CnnStudioError, ProblemError, ProjectFileError

MAX_GRAPH_BYTES = 2**31  # protobuf reads no more


def from_onnx(path: Path, input_shape: Shapes | None = None) -> Imported:
    """An ONNX file as a project, compared with onnxruntime's output where that is installed."""
    module = read_onnx(path)
    shapes = input_shape or module.shapes
    imported = from_module(module, shapes, name=path.stem, origin=f"Imported from {path.name}")
    assert imported.proof is not None
    if imported.proof.exact:
        imported.proof = _against_runtime(path, module, imported)
    return imported


def read_onnx(path: Path) -> OnnxGraph:
    """The graph in an ONNX file. Raises ProjectFileError if it can't be read."""
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise CnnStudioError(
            "ONNX files are read with the package onnx.", "Install it: pip install onnx"
        ) from error
    try:
        if path.stat().st_size > MAX_GRAPH_BYTES:
            raise ProjectFileError(f"{path} has more than 2 GiB.", "Save its weights beside it.")
        model = onnx.load(str(path), load_external_data=False)
    except FileNotFoundError:
        raise ProjectFileError(f"{path} does not exist.", "Check the spelling.") from None
    except (DecodeError, OSError, ValueError) as error:
        raise ProjectFileError(
            f"{path} can't be read: {error}.", "Is it cut short, or no ONNX file?"
        ) from None
    if not model.graph.node:
        raise ProjectFileError(f"{path} holds no network.", "Is it an ONNX file?")
    unknown = sorted(
        {n.op_type for n in model.graph.node if n.op_type not in OPERATORS or n.domain not in OWN}
    )
    if unknown:
        raise ProblemError(
            f"{path.name} uses what is not imported from ONNX: {', '.join(unknown)}.",
            hint="Import the model from PyTorch itself, if you have it.",
        )
    weights = {one.name: _array(one, path.parent) for one in model.graph.initializer}
    graph = OnnxGraph(model.graph, weights)
    graph.prepare()
    return graph


OWN = ("", "ai.onnx")


def _array(tensor: Any, folder: Path) -> np.ndarray:
    """A tensor's values; external ones only from a file within the model's folder."""
    from onnx import TensorProto, external_data_helper, numpy_helper

    if tensor.data_location == TensorProto.EXTERNAL:
        location = next((e.value for e in tensor.external_data if e.key == "location"), "")
        file = (folder / location).resolve()
        if not location or not file.is_relative_to(folder.resolve()) or not file.is_file():
            raise ProjectFileError(
                f"The weights of '{tensor.name}' should lie in '{location}', which is not a file "
                "beside the model.",
                "Put the model's data file next to it.",
            )
        try:
            external_data_helper.load_external_data_for_tensor(tensor, str(folder))
        except (OSError, ValueError, RuntimeError) as error:
            raise ProjectFileError(f"The weights of '{tensor.name}' can't be read: {error}.") from (
                None
            )
    try:
        return np.array(numpy_helper.to_array(tensor))
    except (ValueError, TypeError) as error:
        raise ProjectFileError(f"The weights of '{tensor.name}' are damaged: {error}.") from None


class OnnxGraph(nn.Module):
    """An ONNX graph that is run operator by operator.

    Numbers that don't depend on the input, such as shapes, are numpy arrays; single floats are
    Python's. `shapes` are those of the inputs without the batch, `frames` the modules that the
    present operator stood in, as its name tells.
    """

    def __init__(self, graph: Any, weights: Mapping[str, np.ndarray]) -> None:
        super().__init__()
        self._nodes = list(graph.node)
        self._inputs = [one for one in graph.input if one.name not in weights]
        self._outputs = [one.name for one in graph.output]
        self.input_names = [_plain(one.name) for one in self._inputs]
        self.shapes, batches = [], []
        for one in self._inputs:
            sizes = [size.dim_value for size in one.type.tensor_type.shape.dim]
            batches.append(sizes[0] if sizes else 0)
            self.shapes.append(tuple(size or 1 for size in sizes[1:]))
        if not self._inputs:
            raise ProblemError("The network in the file has no input.")
        self.batch = batches[0]
        self.frames: tuple[Frame, ...] = ()
        self._known = {name: self._kept(name, array) for name, array in weights.items()}
        scopes = [_scope(node) for node in self._nodes]
        self._frames = numbered([[(path, path, cls) for path, cls in one] for one in scopes])
        self.classes: dict[str, type] = {"": nn.Module}
        for scope in scopes:
            for path, cls in scope:
                self.classes.setdefault(path, _class(cls))

    def _kept(self, name: str, array: np.ndarray) -> Any:
        if array.dtype.kind != "f":
            return array
        if array.size == 1 and array.ndim < 2:
            return float(array.reshape(()))
        key = self._free_key(_plain(name))
        parameter = nn.Parameter(torch.from_numpy(array.astype(np.float32)))
        self.register_parameter(key, parameter)
        return parameter

    def _free_key(self, name: str) -> str:
        key = name
        while hasattr(self, key):
            key += "_"
        return key

    def transposed(self, weight: nn.Parameter) -> nn.Parameter:
        """A matrix the other way round, as torch's linear layers hold it."""
        for name, parameter in self.named_parameters():
            if parameter is weight:
                return getattr(self, f"{name}__t")
        raise AssertionError("only the graph's own weights are transposed")

    def prepare(self) -> None:
        """Makes the matrices that will be needed the other way round."""
        for node in self._nodes:
            if node.op_type not in ("Gemm", "MatMul") or len(node.input) < 2:
                continue
            weight = self._known.get(node.input[1])
            if isinstance(weight, nn.Parameter) and weight.ndim == 2:
                name = next(n for n, p in self.named_parameters() if p is weight)
                if not hasattr(self, f"{name}__t"):
                    matrix = weight.detach().t().contiguous()
                    self.register_parameter(f"{name}__t", nn.Parameter(matrix))

    def forward(self, *tensors: Tensor) -> Any:
        values: dict[str, Any] = {"": None, **self._known}
        values.update({one.name: t for one, t in zip(self._inputs, tensors, strict=True)})
        for node, frames in zip(self._nodes, self._frames, strict=True):
            self.frames = frames
            given = [values[name] for name in node.input]
            attributes = Attributes(node, self, tensors[0].shape[0])
            try:
                result = OPERATORS[node.op_type](attributes, *given)
            except (TypeError, KeyError, IndexError) as error:
                raise ProblemError(
                    f"The operator {node.op_type} '{node.name}' is not imported as it is used in "
                    f"this file: {error}."
                ) from error
            results = result if isinstance(result, tuple | list) else (result,)
            values.update(zip(node.output, results, strict=False))
        found = tuple(values[name] for name in self._outputs)
        return found[0] if len(found) == 1 else found


def _scope(node: Any) -> list[tuple[str, str]]:
    """The modules that an operator stood in when torch exported it: path and class of each."""
    told = {entry.key: entry.value for entry in getattr(node, "metadata_props", ())}
    if "pkg.torch.onnx.name_scopes" in told:
        names = _listed(told["pkg.torch.onnx.name_scopes"])
        classes = _listed(told.get("pkg.torch.onnx.class_hierarchy", "[]"))
        pairs = list(zip(names, [*classes, *[""] * len(names)], strict=False))
        return [("", ""), *((name, cls) for name, cls in pairs[:-1] if name)]
    parts = [part for part in node.name.split("/") if part][:-1]
    return [("", ""), *((part, "") for part in parts)]


def _listed(text: str) -> list[str]:
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _class(name: str) -> type:
    short = name.rsplit(".", 1)[-1]
    if name.startswith("torch.nn.modules.container."):
        return getattr(nn, short, nn.Module)
    return type(short if short.isidentifier() else "Block", (nn.Module,), {})


def _plain(name: str) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_") or "value"
    return f"_{plain}" if plain[0].isdigit() else plain


def _against_runtime(path: Path, module: OnnxGraph, imported: Imported) -> proof.Proof:
    """The import compared with onnxruntime, which computes in its own order."""
    assert imported.proof is not None
    try:
        import onnxruntime
    except ImportError:
        return imported.proof
    inputs = proof.sample_inputs(module.shapes)
    if module.batch:
        inputs = [tensor[: module.batch] for tensor in inputs]
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        feeds = {
            one.name: tensor.numpy() for one, tensor in zip(session.get_inputs(), inputs,
                                                            strict=True)
        }  # fmt: skip
        wanted = [torch.from_numpy(array) for array in session.run(None, feeds)]
    except Exception as error:  # onnxruntime has no common error of its own
        raise ProjectFileError(f"{path} can't be run by onnxruntime: {error}.") from error
    return proof.compare(wanted, proof.run(module, inputs))
