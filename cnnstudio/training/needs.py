"""What a training will need in memory, before it runs. No torch is needed to tell."""

from __future__ import annotations

from cnnstudio.compiler.report import Report
from cnnstudio.graph import TrainingSettings
from cnnstudio.training.optimizers import optimizers

FLOAT_BYTES = 4


def training_memory(report: Report, settings: TrainingSettings) -> int:
    """Bytes for weights, their average, gradients, optimizer and a batch's activations."""
    optimizer = optimizers.get(settings.optimizer.kind)
    states = optimizer.states_with(settings.optimizer.parameters) if optimizer else 0
    weights = report.parameters * FLOAT_BYTES
    averages = 1 if settings.ema_decay > 0 else 0
    return weights * (2 + states + averages) + report.training_bytes * settings.batch_size


def inference_memory(report: Report, batch_size: int = 1) -> int:
    """Bytes for the weights and the activations of a batch, each freed after its last use."""
    return report.parameters * FLOAT_BYTES + report.inference_bytes * batch_size
