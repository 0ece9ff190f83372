"""Max pooling whose windows don't overlap, for DeepLIFT.

Captum hands a pooled difference back with `max_unpool`, which keeps one where several windows have
the same winner: on ResNet-18 the contributions then add up to anything but the score. With each
window laid out as a tile of its own they are added up by the layout's gradient.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

NEVER = -1e30  # lower than any activation; infinity less infinity would be no number


class Windows(nn.Module):
    """(N, C, H, W) → (N, C, rows·kh, columns·kw): each window of a pooling as a tile."""

    def __init__(
        self, kernel: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int]
    ) -> None:
        super().__init__()
        self._kernel, self._stride, self._padding = kernel, stride, padding

    def forward(self, maps: Tensor) -> Tensor:
        (kh, kw), (sh, sw), (ph, pw) = self._kernel, self._stride, self._padding
        padded = functional.pad(maps, (pw, pw, ph, ph), value=NEVER)
        count, channels, height, width = padded.shape
        rows, columns = (height - kh) // sh + 1, (width - kw) // sw + 1
        windows = functional.unfold(padded, self._kernel, stride=self._stride)
        tiles = windows.view(count, channels, kh, kw, rows, columns).permute(0, 1, 4, 2, 5, 3)
        return tiles.reshape(count, channels, rows * kh, columns * kw)


def apart(pool: nn.Module) -> nn.Module:
    """A module that computes the same, with windows side by side where the pooling's overlap."""
    if type(pool) is not nn.MaxPool2d or pool.return_indices or pool.ceil_mode:
        return pool
    kernel, stride, padding, dilation = (
        (size, size) if isinstance(size, int) else size
        for size in (pool.kernel_size, pool.stride, pool.padding, pool.dilation)
    )
    overlaps = any(step < side for step, side in zip(stride, kernel, strict=True))
    if not overlaps or tuple(dilation) != (1, 1):
        return pool
    return nn.Sequential(Windows(kernel, stride, padding), nn.MaxPool2d(kernel))
