"""Small pictures and numbers of every node for a few images, of a network that isn't trained now.

The same that a trainer shows while it trains, see `cnnstudio.training.living`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.images import evaluating, one_image_input
from cnnstudio.interpret.subject import Reference, Subject
from cnnstudio.training.answers import answers
from cnnstudio.training.living.look import Look, Probe
from cnnstudio.training.living.thumbnails import Loss, node_looks
from cnnstudio.training.living.trainer import chances
from cnnstudio.training.objective import Objective


def look(
    subject: Subject,
    samples: Sequence[Reference],
    count: int = 5,
    size: int = 64,
    gradients: bool = False,
) -> Look:
    """What the nodes give for some images: at most `count` maps of each, `size` pixels wide.

    With `gradients` those of the training's loss, for which each image's class must be known.
    Raises DataError if one isn't there, ExplanationError if the network can't be shown images.
    """
    model = subject.model
    one_image_input(model)
    if not isinstance(model, fx.GraphModule):
        raise ExplanationError("Only networks that were built from a project can be looked into.")
    pictures = [subject.picture(sample) for sample in samples]
    labels = [picture.label for picture in pictures]
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    images = torch.stack([picture.tensor for picture in pictures]).to(device)
    loss = _loss(subject, labels, device) if gradients and None not in labels else None
    with evaluating(model):
        nodes, result = node_looks(model, images, count, size, loss)
    probes = tuple(
        Probe(*(sample if isinstance(sample, tuple) else ("file", 0)), picture.image,
              picture.label, picture.name)
        for sample, picture in zip(samples, pictures, strict=True)
    )  # fmt: skip
    return Look(nodes, probes, chances(answers(result)[0]))


def _loss(subject: Subject, labels: Sequence[int | None], device: torch.device) -> Loss:
    """The loss that the project trains with, of each image."""
    splits, network = subject.splits, subject.project.network
    outputs = [node.name for node in network.nodes if node.kind == "Output"]
    objective = Objective(
        subject.project.training, outputs, torch.from_numpy(splits.train.labels),
        len(splits.classes), device,
    )  # fmt: skip
    truth = torch.tensor(labels, device=device)

    def loss(result: Any, number: int) -> Tensor:
        part = slice(number, number + 1)
        return objective([output[part].float() for output in answers(result)], truth[part])

    return loss
