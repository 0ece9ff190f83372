"""Samples as batches on the device: held there where they fit, read ahead where they don't."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from cnnstudio.data.room import available_memory
from cnnstudio.data.samples import BYTES_IN_MEMORY, SHARE_OF_MEMORY, Samples
from cnnstudio.training.machine import channels_last, cores

Batch = tuple[Tensor, Tensor]  # images (N, C, H, W) float32, labels (N) int64

MOST_READERS = 8
READ_AHEAD = 8


class Batches:
    """Serves any selection of samples as batches, in the order asked for.

    Where `keep` allows it and there is room, all are held as two tensors on the device: a batch
    is then one `index_select`, which a DataLoader's collecting of single samples can't match.
    Else threads (`readers`, 0 for a number that suits) prepare them ahead. With `last` the images
    are stored pixel by pixel.
    """

    def __init__(
        self,
        samples: Samples,
        device: torch.device,
        keep: str = "auto",
        readers: int = 0,
        last: bool = False,
    ) -> None:
        self._samples = samples
        self._device = device
        self._readers = readers or min(cores(), MOST_READERS)
        self._last = last
        self._held: Batch | None = None
        if keep == "device" or (keep == "auto" and _has_room(samples.prepared_bytes, device)):
            self._held = self._hold(samples)

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
            yield self._seen(images.index_select(0, indices)), labels.index_select(0, indices)

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """All samples once, as they are stored."""
        if self._held is None:
            yield from self(torch.arange(len(self)), batch_size)
        elif len(self):
            for images, labels in zip(
                *(part.split(batch_size) for part in self._held), strict=True
            ):
                yield self._seen(images), labels

    def _hold(self, samples: Samples) -> Batch | None:
        held = samples.tensors()
        if held is None:
            return None
        images, labels = held[0].to(self._device), held[1].to(self._device)
        # Rows are taken faster where each is in one piece as it will be used.
        return (images.permute(0, 2, 3, 1).contiguous() if self._last else images), labels

    def _seen(self, held: Tensor) -> Tensor:
        """Held images as (N, C, H, W)."""
        return held.permute(0, 3, 1, 2) if self._last else held

    def _read(self, selections: tuple[Tensor, ...]) -> Iterator[Batch]:
        waiting: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(self._readers, thread_name_prefix="reader") as readers:
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
        if self._last:
            images = channels_last(images)
        if self._device.type == "cuda":
            return images.pin_memory(), labels.pin_memory()
        return images, labels

    def _sent(self, batch: Batch) -> Batch:
        return (
            batch[0].to(self._device, non_blocking=True),
            batch[1].to(self._device, non_blocking=True),
        )


def _has_room(needed: int, device: torch.device) -> bool:
    if device.type == "cuda":
        return needed <= SHARE_OF_MEMORY * torch.cuda.mem_get_info(device)[0]
    return needed <= max(BYTES_IN_MEMORY, SHARE_OF_MEMORY * available_memory())
