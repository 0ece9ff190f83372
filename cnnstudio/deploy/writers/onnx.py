"""An ONNX model, by torch's exporter."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from cnnstudio.deploy.network import Network
from cnnstudio.deploy.program import Program, traced
from cnnstudio.deploy.writers import Options, Written
from cnnstudio.graph import ExportError

# A protobuf message can't be larger than 2 GiB; the weights then go to a file beside it.
LARGEST_BYTES = 1_800_000_000


def write(network: Network, path: Path, options: Options) -> Written:
    """Writes the model. Raises ExportError, with the node, for a layer that ONNX doesn't know."""
    program = traced(network, options)
    names = tuple(dict(names) for names in program.free.values())
    try:
        with torch.no_grad(), _quiet():
            made = torch.onnx.export(
                program.exported,
                program.inputs,
                dynamo=True,
                input_names=list(network.input_shapes),
                output_names=network.outputs,
                dynamic_shapes=names if any(names) else None,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise _refused(program, error) from error
    assert made is not None
    tensors = network.model.state_dict().values()
    too_large = sum(one.numel() * one.element_size() for one in tensors) > LARGEST_BYTES
    made.save(path, external_data=too_large)
    return Written(
        free=program.free_in_words,
        fixed_batch=program.fixed_batch,
        facts={"operator set": str(made.model.opset_imports.get("", "?"))},
        warnings=tuple(program.warnings),
    )


def _refused(program: Program, error: Exception) -> ExportError:
    """The error in words: which layer, and what to do about it."""
    text = _deepest(error)
    found = re.search(r"node %(\w+)", str(error))
    operator = re.search(r"'((?:\w+)\.(?:\w+))'", text)
    node = _layer(program, found[1]) if found else None
    where = f"Layer '{node}'" if node else "The network"
    reason = f"it has nothing for {operator[1]}" if operator else text
    return ExportError(
        f"{where} can't be expressed in ONNX: {reason}.",
        "Replace it by another layer, or export a PyTorch program (.pt2) or source (.py).",
        node,
    )


def _deepest(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _layer(program: Program, name: str) -> str | None:
    """The canvas's node that an operation of the program belongs to."""
    for node in program.exported.graph.nodes:
        if node.name == name:
            stack: dict[str, Any] = node.meta.get("nn_module_stack") or {}
            paths = [str(path) for path, _ in stack.values() if path]
            return paths[-1] if paths else None
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """What the exporter says of its own workings is nothing to the user."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
