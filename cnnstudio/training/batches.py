"""Samples as batches on the device: from memory where they fit, read ahead where they don't."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from cnnstudio.data.samples import Samples

Batch = tuple[Tensor, Tensor]  # images (N, C, H, W) float32, labels (N) int64

READERS = 4
READ_AHEAD = 8


class Batches:
    """Serves any selection of samples as batches, in the order asked for.

    Small data is held as two tensors on the device: a batch is then one `index_select`, which a
    DataLoader's collecting of single samples can't match.
    """

    def __init__(self, samples: Samples, device: torch.device) -> None:
        self._samples = samples
        self._device = device
        self._held: Batch | None = None
        held = samples.tensors()
        if held is not None:
            self._held = held[0].to(device), held[1].to(device)

    def __len__(self) -> int:
        return len(self._samples)

    def __call__(self, order: Tensor, batch_size: int, first: int = 0) -> Iterator[Batch]:
        """Batches of the samples `order` (indices, int64), from batch number `first` on."""
        chosen = order[first * batch_size :]
        if self._held is None:
            yield from self._read(chosen.split(batch_size) if len(chosen) else ())
            return
        images, labels = self._held
        for indices in chosen.to(self._device).split(batch_size) if len(chosen) else ():
            yield images.index_select(0, indices), labels.index_select(0, indices)

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """All samples once, as they are stored."""
        if self._held is None:
            yield from self(torch.arange(len(self)), batch_size)
        elif len(self):
            yield from zip(*(part.split(batch_size) for part in self._held), strict=True)

    def _read(self, selections: tuple[Tensor, ...]) -> Iterator[Batch]:
        waiting: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(READERS, thread_name_prefix="reader") as readers:
            try:
                for indices in selections:
                    waiting.append(readers.submit(self._load, indices.numpy()))
                    if len(waiting) >= READ_AHEAD:
                        yield self._sent(waiting.popleft().result())
                while waiting:
                    yield self._sent(waiting.popleft().result())
            finally:
                for future in waiting:
                    future.cancel()

    def _load(self, indices: np.ndarray) -> Batch:
        images = torch.as_tensor(self._samples.batch(indices))
        labels = torch.from_numpy(self._samples.labels[indices])
        if self._device.type == "cuda":
            return images.pin_memory(), labels.pin_memory()
        return images, labels

    def _sent(self, batch: Batch) -> Batch:
        return (
            batch[0].to(self._device, non_blocking=True),
            batch[1].to(self._device, non_blocking=True),
        )
