"""Tokens: rows of vectors, as transformer layers take them, (N, tokens, features)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MapToTokens(nn.Module):
    """(N, C, …) → (N, places, C)."""

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(2).transpose(1, 2)


class TokensToMap(nn.Module):
    """(N, H·W, C) → (N, C, H, W); a square map if no height is given."""

    def __init__(self, height: int | None = None) -> None:
        super().__init__()
        self.height = height

    def forward(self, input: Tensor) -> Tensor:
        height = self.height or round(input.shape[1] ** 0.5)
        return input.transpose(1, 2).unflatten(2, (height, -1))

    def extra_repr(self) -> str:
        return f"height={self.height}"


class PatchEmbedding(nn.Module):
    """Cuts an image into patches and makes a vector of each: (N, C, H, W) → (N, patches, features).

    Dosovitskiy et al., An Image is Worth 16x16 Words, 2020.
    """

    def __init__(self, in_channels: int, embed_dim: int = 64, patch_size: int = 4) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.embed_dim = embed_dim
        self.patch_size = patch_size
        self.projection = nn.Conv2d(in_channels, embed_dim, patch_size, stride=patch_size)

    def forward(self, input: Tensor) -> Tensor:
        return self.projection(input).flatten(2).transpose(1, 2)


class ClassToken(nn.Module):
    """Puts learned tokens before the others: (N, T, D) → (N, count + T, D)."""

    def __init__(self, embed_dim: int, count: int = 1) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.count = count
        self.token = nn.Parameter(torch.zeros(1, count, embed_dim))

    def forward(self, input: Tensor) -> Tensor:
        return torch.cat([self.token.expand(input.shape[0], -1, -1), input], dim=1)

    def extra_repr(self) -> str:
        return f"{self.embed_dim}, count={self.count}"


class LearnedPositionalEmbedding(nn.Module):
    """Adds a learned vector to each place: (N, T, D) → the same."""

    def __init__(self, tokens: int, embed_dim: int, std: float = 0.02) -> None:
        super().__init__()
        self.tokens = tokens
        self.embed_dim = embed_dim
        self.std = std
        self.weight = nn.Parameter(torch.randn(1, tokens, embed_dim) * std)

    def forward(self, input: Tensor) -> Tensor:
        return input + self.weight

    def extra_repr(self) -> str:
        return f"{self.tokens}, {self.embed_dim}, std={self.std}"


class SinusoidalPositionalEncoding(nn.Module):
    """Adds sines and cosines of the place, of many wavelengths: (N, T, D) → the same.

    Vaswani et al., Attention Is All You Need, 2017, section 3.5.
    """

    def __init__(self, max_period: float = 10000.0) -> None:
        super().__init__()
        self.max_period = max_period

    def forward(self, input: Tensor) -> Tensor:
        tokens, features = input.shape[1:]
        places = torch.arange(tokens, device=input.device)[:, None]
        pairs = torch.arange((features + 1) // 2, device=input.device)
        angles = places * self.max_period ** (-2 * pairs / features)
        waves = torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :features]
        return input + waves.to(input.dtype)

    def extra_repr(self) -> str:
        return f"max_period={self.max_period}"


class TokenPool(nn.Module):
    """One vector for all tokens: (N, T, D) → (N, D). The first, or the mean or maximum."""

    def __init__(self, mode: str = "first") -> None:
        super().__init__()
        self.mode = mode

    def forward(self, input: Tensor) -> Tensor:
        if self.mode == "first":
            return input[:, 0]
        return input.mean(1) if self.mode == "mean" else input.amax(1)

    def extra_repr(self) -> str:
        return f"mode={self.mode!r}"


class AttentionPool(nn.Module):
    """A learned query gathers from all tokens: (N, T, D) → (N, D).

    Radford et al., CLIP, 2021; Lee et al., Set Transformer, 2018.
    """

    def __init__(self, embed_dim: int, num_heads: int = 4) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.query = nn.Parameter(torch.randn(1, 1, embed_dim) * 0.02)
        self.attention = nn.MultiheadAttention(embed_dim, num_heads, batch_first=True)

    def forward(self, input: Tensor) -> Tensor:
        query = self.query.repeat(input.shape[0], 1, 1)
        return self.attention(query, input, input, need_weights=False)[0][:, 0]


class SelfAttention(nn.Module):
    """Multi-head attention of tokens among themselves: (N, T, D) → the same."""

    def __init__(
        self, embed_dim: int, num_heads: int = 4, dropout: float = 0.0, causal: bool = False
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.causal = causal
        self.attention = nn.MultiheadAttention(embed_dim, num_heads, dropout, batch_first=True)

    def forward(self, input: Tensor) -> Tensor:
        mask = None
        if self.causal:
            tokens = input.shape[1]
            mask = torch.ones(tokens, tokens, dtype=torch.bool, device=input.device).triu(1)
        mixed, _ = self.attention(
            input, input, input, need_weights=False, attn_mask=mask, is_causal=self.causal
        )
        return mixed

    def extra_repr(self) -> str:
        return f"num_heads={self.num_heads}, dropout={self.dropout}, causal={self.causal}"
