"""The processes that train a run: what the loop asks of them, and the answers of one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from cnnstudio.graph import TrainingSettings
from cnnstudio.training.batches import Batch, Batches

T = TypeVar("T")


class Processes:
    """One process alone. `Group` is what torchrun starts: each method is the same to the loop.

    A batch is the run's, not a process's: it is shared out, and the answers are put together
    again, so that loss, gradient and metrics are those of one process with the same batch.
    """

    rank = 0
    count = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the run directory and follows the user's wishes."""
        return self.rank == 0

    def agree(self, decide: Callable[[], T]) -> T:
        """What the process that leads decides (a plain JSON value); the others don't ask."""
        return decide()

    def batches(
        self, source: Batches, order: Tensor, batch_size: int, first: int = 0
    ) -> Iterator[Batch]:
        """Images of this process's share of each batch, and the labels of the whole batch."""
        return source(order, batch_size, first)

    def in_order(self, source: Batches, batch_size: int) -> Iterator[Batch]:
        """As `batches`, of all samples as they are stored."""
        return source.in_order(batch_size)

    def whole(self, own: Tensor, total: int) -> Tensor:
        """The rows of all processes, `total` in all; gradients go to this one's own."""
        return own

    def own(self, rows: Tensor) -> Tensor:
        """This process's share of a whole batch's rows."""
        return rows

    def wrapped(self, model: nn.Module, settings: TrainingSettings) -> nn.Module:
        """The model as it is called in training, with gradients that all processes have together.

        To be called before the optimizer is made: it may change the model's weights to shares.
        """
        return model

    def check(self, samples: int, batch_size: int, model: nn.Module, shape: Sequence[int]) -> None:
        """Raises RunError if the batches of `samples` of this shape can't be shared out."""

    @property
    def divides(self) -> bool:
        """Whether each process holds a share of the weights only."""
        return False

    def average(self, model: nn.Module, average: Callable[..., None]) -> AveragedModel:
        """A running average of the wrapped model's weights."""
        return AveragedModel(model, multi_avg_fn=average, use_buffers=True)

    def synchronise(self, now: bool) -> None:
        """Whether the next forward and backward of the wrapped model put gradients together."""

    def level(self, model: nn.Module) -> None:
        """Gives all processes the buffers of the one that leads."""

    def one_after_another(self) -> AbstractContextManager[None]:
        """On each machine one process goes first: it downloads, the others find it there."""
        return nullcontext()

    def sharing_failures(self) -> AbstractContextManager[None]:
        """What ends one process inside ends all, with its reason."""
        return nullcontext()


ALONE = Processes()
