"""Maps brought to the size of others, cut and warped."""

from __future__ import annotations

from torch import Tensor, nn


class ResizeLike(nn.Module):
    """(N, C, H, W) in the height and width of a second map."""

    def __init__(self, mode: str = "nearest") -> None:
        super().__init__()
        self.mode = mode

    def forward(self, input: Tensor, like: Tensor) -> Tensor:
        return nn.functional.interpolate(input, size=like.shape[2:], mode=self.mode)

    def extra_repr(self) -> str:
        return f"mode={self.mode!r}"


class CropLike(nn.Module):
    """The middle of (N, C, H, W), in the height and width of a second map."""

    def forward(self, input: Tensor, like: Tensor) -> Tensor:
        height, width = like.shape[2:]
        top, left = (input.shape[2] - height) // 2, (input.shape[3] - width) // 2
        return input[:, :, top : top + height, left : left + width]


class CenterCrop2d(nn.Module):
    """The middle of (N, C, H, W), of a given height and width."""

    def __init__(self, size: int | tuple[int, int] = 8) -> None:
        super().__init__()
        self.size = (size, size) if isinstance(size, int) else tuple(size)

    def forward(self, input: Tensor) -> Tensor:
        height, width = self.size
        top, left = (input.shape[2] - height) // 2, (input.shape[3] - width) // 2
        return input[:, :, top : top + height, left : left + width]

    def extra_repr(self) -> str:
        return f"size={self.size}"


class SpatialTransform(nn.Module):
    """Reads (N, C, H, W) at places moved by 2×3 matrices (N, 6). Jaderberg et al., 2015."""

    def __init__(self, align_corners: bool = False) -> None:
        super().__init__()
        self.align_corners = align_corners

    def forward(self, input: Tensor, theta: Tensor) -> Tensor:
        grid = nn.functional.affine_grid(
            theta.unflatten(1, (2, 3)), list(input.shape), align_corners=self.align_corners
        )
        return nn.functional.grid_sample(input, grid, align_corners=self.align_corners)

    def extra_repr(self) -> str:
        return f"align_corners={self.align_corners}"
