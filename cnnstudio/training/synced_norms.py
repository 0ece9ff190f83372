"""Batch normalisation over the batch of all processes, on any device.

torch.nn.SyncBatchNorm does it on graphics cards only; this is its arithmetic in collectives that
gloo has too.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def sync_norms(model: nn.Module) -> None:
    """Makes each batch normalisation of the model one over all processes.

    Weights, running statistics and their names stay, so that checkpoints are the same.
    """
    for name, module in list(model.named_modules()):
        if isinstance(module, _BatchNorm) and not isinstance(module, nn.SyncBatchNorm):
            synced = SyncedBatchNorm(
                module.num_features, module.eps, module.momentum, module.affine,
                module.track_running_stats,
            )  # fmt: skip
            synced.weight, synced.bias = module.weight, module.bias
            synced.running_mean, synced.running_var = module.running_mean, module.running_var
            synced.num_batches_tracked = module.num_batches_tracked
            synced.train(module.training)
            model.set_submodule(name, synced)


class SyncedBatchNorm(_BatchNorm):
    """(N, C, …) normalised by mean and variance of each channel over all processes' N.

    Evaluates as the batch normalisation that it stands for.
    """

    def _check_input_dim(self, input: Tensor) -> None:
        if input.dim() < 2:
            raise ValueError(f"expected at least 2 dimensions, got {input.dim()}")

    def forward(self, input: Tensor) -> Tensor:
        if not self.training and self.running_mean is not None:
            return super().forward(input)
        self._check_input_dim(input)
        output, mean, variance, count = _Normalised.apply(input, self.eps)
        if self.training and self.running_mean is not None:
            self._follow(mean, variance, count)
        if self.weight is None:
            return output
        shape = [1, -1] + [1] * (input.dim() - 2)
        return output * self.weight.view(shape) + self.bias.view(shape)

    def _follow(self, mean: Tensor, variance: Tensor, count: Tensor) -> None:
        """Moves the running statistics, as torch.nn.BatchNorm does: the variance's unbiased."""
        batches, share = self.num_batches_tracked, self.momentum
        assert self.running_mean is not None and self.running_var is not None
        assert batches is not None
        with torch.no_grad():
            batches.add_(1)
            share = 1.0 / float(batches) if share is None else share
            unbiased = variance * (count / (count - 1).clamp(min=1))
            self.running_mean.lerp_(mean.to(self.running_mean.dtype), share)
            self.running_var.lerp_(unbiased.to(self.running_var.dtype), share)


class _Normalised(torch.autograd.Function):
    """(x − mean)/√(variance + ε), mean and biased variance, and how many numbers a channel has.

    The mean comes first and the deviations from it next: one pass would lose digits.
    """

    @staticmethod
    def forward(ctx: Any, input: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        axes = [0, *range(2, input.dim())]
        shape = [1, -1] + [1] * (input.dim() - 2)
        values = input.float() if input.dtype in (torch.float16, torch.bfloat16) else input
        own = values.new_full((1,), values.numel() // max(1, values.shape[1]))
        sums = torch.cat([values.sum(axes), own])
        dist.all_reduce(sums)
        count = sums[-1]
        mean = sums[:-1] / count
        deviations = values - mean.view(shape)
        squares = deviations.square().sum(axes)
        dist.all_reduce(squares)
        variance = squares / count
        scale = (variance + eps).rsqrt()
        normalised = deviations * scale.view(shape)
        ctx.save_for_backward(normalised, scale, count)
        ctx.mark_non_differentiable(mean, variance, count)
        return normalised.to(input.dtype), mean, variance, count

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, None]:
        normalised, scale, count = ctx.saved_tensors
        axes = [0, *range(2, normalised.dim())]
        shape = [1, -1] + [1] * (normalised.dim() - 2)
        gradient = gradients[0].to(normalised.dtype)
        sums = torch.cat([gradient.sum(axes), (gradient * normalised).sum(axes)])
        dist.all_reduce(sums)
        mean, along = (sums / count).chunk(2)
        found = scale.view(shape) * (gradient - mean.view(shape) - normalised * along.view(shape))
        return found.to(gradients[0].dtype), None
