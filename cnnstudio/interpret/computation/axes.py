"""Which places of the input a sliding window takes, along one dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OUTSIDE = -1


@dataclass(frozen=True)
class Taps:
    """Of one place of the window, along one dimension; three arrays of one length.

    `steps` are indexes into the kernel, `places` coordinates of the input (below 0 or from its size
    on: in the padding), `sources` where the value is read: the place itself, the one that the
    padding repeats, or OUTSIDE for padding of zeros.
    """

    steps: np.ndarray
    places: np.ndarray
    sources: np.ndarray


@dataclass(frozen=True)
class Axis:
    """`size` places of input, `count` of output. `mode` is a padding mode of torch.nn.Conv2d, or
    "adaptive" (windows share the input evenly) or "transposed" (of a transposed convolution: then
    `stride` enlarges and `before` cuts)."""

    size: int
    count: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    mode: str = "zeros"

    def taps(self, output: int) -> Taps:
        """What the output place `output` (from 0) is made of."""
        if self.mode == "adaptive":
            start = output * self.size // self.count
            end = -(-(output + 1) * self.size // self.count)
            places = np.arange(start, end)
            return Taps(places - start, places, places)
        steps = np.arange(self.kernel)
        if self.mode == "transposed":
            scaled = output + self.before - steps * self.dilation
            there = (scaled % self.stride == 0) & (scaled >= 0)
            there &= scaled // self.stride < self.size
            places = scaled[there] // self.stride
            return Taps(steps[there], places, places)
        places = output * self.stride - self.before + steps * self.dilation
        # A pooling that rounds its size up may reach beyond the padding: that doesn't count.
        steps, places = (some[places < self.size + self.after] for some in (steps, places))
        return Taps(steps, places, self._sources(places))

    def nearest(self, place: int) -> int:
        """The output place whose window lies most evenly around a place of the input."""
        if self.mode == "adaptive":
            found = (2 * place + 1) * self.count // (2 * self.size)
        else:
            middle = self.dilation * (self.kernel - 1) / 2
            if self.mode == "transposed":
                found = round(place * self.stride - self.before + middle)
            else:
                found = round((place + self.before - middle) / self.stride)
        return max(0, min(found, self.count - 1))

    @property
    def margins(self) -> tuple[int, int]:
        """How many places of padding any window takes, before the input and after it."""
        places = np.concatenate([self.taps(output).places for output in (0, self.count - 1)])
        if not places.size:
            return 0, 0
        return max(0, -int(places.min())), max(0, int(places.max()) - self.size + 1)

    def _sources(self, places: np.ndarray) -> np.ndarray:
        last = self.size - 1
        match self.mode:
            case "reflect":
                return last - np.abs(last - np.abs(places))
            case "replicate":
                return np.clip(places, 0, last)
            case "circular":
                return places % self.size
            case _:
                return np.where((places >= 0) & (places <= last), places, OUTSIDE)
