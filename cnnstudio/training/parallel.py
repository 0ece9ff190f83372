"""Several processes that train one run, as torchrun starts them, on one machine or more."""

from __future__ import annotations

import copy
import itertools
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

from cnnstudio.graph import RunError, TrainingSettings
from cnnstudio.training import launched
from cnnstudio.training.batches import Batch, Batches
from cnnstudio.training.last_words import LastWords
from cnnstudio.training.processes import ALONE, Processes, T
from cnnstudio.training.synced_norms import sync_norms

# What is told at each step is shorter; one message is enough for it.
SHORT_BYTES = 1024

_joins = itertools.count()  # those before left their words in the store


class _Message(NamedTuple):
    length: int
    text: bytes


@contextmanager
def joined() -> Iterator[Processes]:
    """This process among those that torchrun started with it; alone if it did not.

    What ends one of them ends all, with its reason: RunError.
    """
    if not launched.is_launched():
        yield ALONE
        return
    own_graphics = torch.cuda.is_available() and (
        torch.cuda.device_count() >= launched.local_count()
    )
    if torch.cuda.is_available():
        torch.cuda.set_device(launched.local_rank() % torch.cuda.device_count())
    # NCCL refuses two processes on one graphics card; gloo carries what lies there all the same.
    backend = "cpu:gloo,cuda:nccl" if own_graphics and dist.is_nccl_available() else "gloo"
    store, rank, count = next(rendezvous("env://"))
    store = dist.PrefixStore(f"run {next(_joins)}", store)
    dist.init_process_group(
        backend, store=dist.PrefixStore("torch", store), rank=rank, world_size=count
    )
    words = LastWords(dist.PrefixStore("words", store), rank, count)
    try:
        with words.exchanged():
            yield Group(rank, count, words)
    finally:
        dist.destroy_process_group()
        words.leave()


class Group(Processes):
    """The processes of torch's default group."""

    def __init__(self, rank: int, count: int, last_words: LastWords) -> None:
        self.rank = rank
        self.count = count
        self._last_words = last_words
        self._network: DistributedDataParallel | None = None
        self._shares: Any = None  # the model, if it is divided (torch's FSDPModule)
        self._copy: nn.Module | None = None  # divided too, for the weights' average
        # Wishes travel from memory to memory: no graphics card waits for them.
        control = dist.new_group(backend="gloo")
        assert isinstance(control, dist.ProcessGroup)
        self._control = control

    def agree(self, decide: Callable[[], T]) -> T:
        text = json.dumps(decide()).encode() if self.leads else b""
        told = self._sent(text[:SHORT_BYTES], SHORT_BYTES, len(text))
        if told.length > SHORT_BYTES:
            told = self._sent(text, told.length, told.length)
        agreed: T = json.loads(told.text)
        return agreed

    def _sent(self, text: bytes, room: int, length: int) -> _Message:
        """What the leading process says: a text in so much room, and the length of all."""
        content = length.to_bytes(8, "little") + text
        message = torch.zeros(8 + room, dtype=torch.uint8)
        message[: len(content)] = torch.frombuffer(bytearray(content), dtype=torch.uint8)
        dist.broadcast(message, 0, group=self._control)
        told = message.numpy().tobytes()
        length = int.from_bytes(told[:8], "little")
        return _Message(length, told[8 : 8 + length])

    def batches(
        self, source: Batches, order: Tensor, batch_size: int, first: int = 0
    ) -> Iterator[Batch]:
        parts = order[first * batch_size :].split(batch_size) if len(order) else ()
        if not parts:
            return
        shares = [self.own(part) for part in parts]
        # All but the last have the same size, so that one batch after another is a share.
        own = source(torch.cat(shares), max(1, len(shares[0])))
        for part, share in zip(parts, shares, strict=True):
            images, labels = next(own) if len(share) else _none(source, order)
            yield images, self.whole(labels, len(part))

    def in_order(self, source: Batches, batch_size: int) -> Iterator[Batch]:
        return self.batches(source, torch.arange(len(source)), batch_size)

    def whole(self, own: Tensor, total: int) -> Tensor:
        # Shares differ by one at most, and only what is of one size can be gathered.
        padded = own.new_zeros((-(-total // self.count), *own.shape[1:]))
        padded[: len(own)] = own.detach()
        parts = [torch.empty_like(padded) for _ in range(self.count)]
        dist.all_gather(parts, padded)
        sizes = [len(share) for share in torch.arange(total).tensor_split(self.count)]
        rows = [part[:size] for part, size in zip(parts, sizes, strict=True)]
        rows[self.rank] = own
        return torch.cat(rows)

    def own(self, rows: Tensor) -> Tensor:
        return rows.tensor_split(self.count)[self.rank]

    def wrapped(self, model: nn.Module, settings: TrainingSettings) -> nn.Module:
        if settings.sync_norms:
            sync_norms(model)
        if not any(weight.requires_grad for weight in model.parameters()):
            return model
        if settings.parallel == "fsdp":
            return self._divided(model, settings)
        # A 1×1 convolution's gradient lies in another order where channels are last: of no matter.
        warnings.filterwarnings("ignore", message="Grad strides do not match bucket view")
        with warnings.catch_warnings():
            # The setting's new name is not known to the torch versions before.
            warnings.simplefilter("ignore", FutureWarning)
            self._network = DistributedDataParallel(model, broadcast_buffers=False)
        return self._network

    def _divided(self, model: nn.Module, settings: TrainingSettings) -> nn.Module:
        from cnnstudio.training.sharding import check_divisible, divide  # a second to load

        check_divisible(settings)
        device = next(model.parameters()).device
        if settings.ema_decay > 0:
            self._copy = copy.deepcopy(model)
            divide(self._copy, device, self.count)
        divide(model, device, self.count)
        self._shares = model
        return model

    @property
    def divides(self) -> bool:
        return self._shares is not None

    def average(self, model: nn.Module, average: Callable[..., None]) -> AveragedModel:
        if self._copy is None:
            return super().average(model, average)
        from cnnstudio.training.sharding import average_in

        return average_in(self._copy, average)

    def check(self, samples: int, batch_size: int, model: nn.Module, shape: Sequence[int]) -> None:
        if batch_size < self.count:
            raise RunError(
                f"A batch of {batch_size} can't be shared by {self.count} processes.",
                "Make the batch size at least the number of processes: it is that of all together.",
            )
        last = samples % batch_size
        if 0 < last < self.count:
            try:
                model.eval()(torch.zeros(0, *shape, device=next(model.parameters()).device))
            except Exception as error:
                raise RunError(
                    f"The last batch of an epoch has {last} images for {self.count} processes, "
                    f"and the network can't take a batch without one: {error}.",
                    f"Choose another batch size, such as {_even(samples, batch_size, self.count)}.",
                ) from None

    def synchronise(self, now: bool) -> None:
        if self._shares is not None:
            self._shares.set_requires_gradient_sync(now)
        elif self._network is not None:
            self._network.require_backward_grad_sync = now  # as its no_sync does

    def level(self, model: nn.Module) -> None:
        for buffer in model.buffers():
            dist.broadcast(buffer, 0)

    @contextmanager
    def one_after_another(self) -> Iterator[None]:
        if launched.local_rank() > 0:
            dist.barrier(self._control)
        yield
        if launched.local_rank() == 0:
            dist.barrier(self._control)

    def sharing_failures(self) -> AbstractContextManager[None]:
        return self._last_words.exchanged()


def _even(samples: int, batch_size: int, count: int) -> int:
    """The next smaller batch size with which each process has an image of each batch."""
    sizes = range(batch_size, count - 1, -1)
    return next((size for size in sizes if not 0 < samples % size < count), count)


def _none(source: Batches, order: Tensor) -> tuple[Any, Any]:
    """A batch of no image, for the end of an epoch that has fewer images than processes."""
    images, labels = next(source(order[:1], 1))
    return images[:0], labels[:0]
