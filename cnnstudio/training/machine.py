"""How a run uses its machine: precision, order of values in memory, compiling, fused steps.

What a setting leaves to the machine is decided here, by what was measured faster
(docs/performance.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from cnnstudio.graph import RunError, TrainingSettings

HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}
# On a GPU, steps of less work than this are over before the casts are: they stay in fp32.
# Multiply-adds of a forward pass over a batch.
WORK_WORTH_CASTING = 2e10
# From here on a card computes in bf16, and convolutions in fp32 on its matrix units too (as TF32).
TENSOR_CORES = (8, 0)
TRIAL_IMAGES = 2


@dataclass(frozen=True)
class Machine:
    """What was chosen for a run. `notes` says in words what was wished and can't be had."""

    device: torch.device
    precision: str = "fp32"  # or bf16, fp16
    channels_last: bool = False
    compiled: bool = False
    fused_on: str = ""  # the device type, where steps may be fused
    notes: tuple[str, ...] = ()

    def autocast(self) -> AbstractContextManager[Any]:
        """Around a forward pass: what may runs in half precision inside."""
        if self.precision not in HALF:
            return nullcontext()
        return torch.autocast(self.device.type, HALF[self.precision])

    def scaler(self) -> GradScaler | None:
        """Keeps small gradients of fp16 from becoming 0; nothing else needs it."""
        return GradScaler(self.device.type) if self.precision == "fp16" else None

    def forward(self, model: nn.Module) -> Callable[[Tensor], Any]:
        """The model as it is to be called in training."""
        return torch.compile(model) if self.compiled else model

    def lay_out(self, model: nn.Module) -> None:
        """Stores the weights as the images are on a GPU, which would do it at each step; a
        processor does it in its own way at any rate."""
        if self.channels_last and self.device.type == "cuda":
            model.to(memory_format=torch.channels_last)

    def facts(self) -> dict[str, Any]:
        """For the event `start`."""
        return {
            "precision": self.precision,
            "channels_last": self.channels_last,
            "compiled": self.compiled,
        }


def choose_machine(
    settings: TrainingSettings,
    device: torch.device,
    model: nn.Module,
    input_shape: tuple[int, ...],
    macs: int,
) -> Machine:
    """What the settings say, and what suits the device where they leave it open.

    `macs` are the multiply-adds for one image (C, H, W). Raises RunError for a precision that the
    device hasn't.
    """
    notes: list[str] = []
    precision = _precision(settings, device, macs)
    if precision == "fp16" and device.type == "cpu":
        notes.append("fp16 is slow on a processor: bf16 is the half precision that it may have.")
    compiled = settings.compile
    if compiled and (reason := _no_compiler(device)):
        compiled = False
        notes.append(f"The network is not compiled: {reason}")
    last = _channels_last(settings.channels_last, device, precision, model)
    if last and not _bears_channels_last(model, input_shape, device):
        last = False
        if settings.channels_last == "on":
            notes.append(
                "Channels are not stored last: a layer of the network can't take images so."
            )
    fused_on = device.type if settings.fused else ""
    return Machine(device, precision, last, compiled, fused_on, tuple(notes))


def channels_last(images: Tensor) -> Tensor:
    """The same images (N, C, H, W), stored pixel by pixel.

    For one channel `Tensor.contiguous` would change nothing, and the layers behind would not know.
    """
    if images.shape[1] > 1:
        return images.contiguous(memory_format=torch.channels_last)
    _, channels, height, width = images.shape
    stored = images.contiguous()
    return stored.as_strided(
        images.shape, (channels * height * width, 1, width * channels, channels)
    )


def _precision(settings: TrainingSettings, device: torch.device, macs: int) -> str:
    wish = settings.precision
    if wish != "auto":
        if wish == "bf16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
            raise RunError(
                "This GPU does not compute in bf16.", "Choose the precision fp16, fp32 or auto."
            )
        return wish
    if device.type != "cuda" or macs * settings.batch_size < WORK_WORTH_CASTING:
        return "fp32"
    return "bf16" if torch.cuda.get_device_capability(device) >= TENSOR_CORES else "fp32"


def _channels_last(wish: str, device: torch.device, precision: str, model: nn.Module) -> bool:
    if wish != "auto":
        return wish == "on"
    if not any(isinstance(part, nn.Conv2d) for part in model.modules()):
        return False
    if device.type == "cpu":
        return torch.backends.mkldnn.is_available()
    if device.type != "cuda":
        return False
    return precision in HALF or torch.cuda.get_device_capability(device) >= TENSOR_CORES


def _bears_channels_last(
    model: nn.Module, input_shape: tuple[int, ...], device: torch.device
) -> bool:
    """Whether all layers take images stored so: a `view` of the user's own may not."""
    if len(input_shape) != 3:
        return False
    training = {name: part.training for name, part in model.named_modules()}
    model.eval()  # which changes no statistics and draws nothing
    try:
        with torch.no_grad():  # what a layer keeps for later must bear a backward pass then
            model(channels_last(torch.zeros(TRIAL_IMAGES, *input_shape, device=device)))
    except RuntimeError:
        return False
    finally:
        for name, part in model.named_modules():
            part.training = training[name]
    return True


def _no_compiler(device: torch.device) -> str:
    """Why nothing can be compiled here; empty if it can."""
    try:
        torch.compile(_tried)(torch.zeros(8, device=device))
    except Exception as error:  # what is missing, inductor tells in many ways
        told = str(error).strip().splitlines()
        return told[0] if told else type(error).__name__
    return ""


def _tried(values: Tensor) -> Tensor:
    return values.sin() + 1.0


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
