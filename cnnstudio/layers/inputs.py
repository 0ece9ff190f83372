"""The ends of a network."""

from __future__ import annotations

from cnnstudio.layers.declaration import Choice, Shape, parameter
from cnnstudio.layers.kind import layer

FREE = ("none", "height", "width", "height and width", "length", "all")


@layer(
    "Input",
    category="Input and output",
    target="torch.fx.Graph.placeholder",
    icon="mdi6.import",
    call="input",
    common=True,
    inputs=(),
    used_in="The start of every network.",
    reference="https://docs.pytorch.org/docs/stable/fx.html#torch.fx.Graph.placeholder",
)
class Input:
    """Where images enter the network. Its shape is channels × height × width; the batch dimension
    comes by itself."""

    shape: Shape = parameter(
        (3, 64, 64), minimum=1, headline=True, help="channels, height and width of one image"
    )
    free: Choice = parameter(
        "none", choices=FREE, title="Free sizes", advanced=True,
        help="sizes that may differ from image to image; the check says which layers forbid it",
    )  # fmt: skip


@layer(
    "Output",
    category="Input and output",
    target="torch.fx.Graph.output",
    icon="mdi6.export",
    call="output",
    common=True,
    outputs=(),
    used_in="The end of every network; several outputs are told apart by their names.",
    reference="https://docs.pytorch.org/docs/stable/fx.html#torch.fx.Graph.output",
)
class Output:
    """What the network answers. For classification: one number a class, before softmax (logits),
    since the cross-entropy loss applies it."""


@layer(
    "Constant", category="Input and output", target="cnnstudio.modules.constants.Constant",
    icon="mdi6.numeric", also_called=("zeros", "ones", "full"), formula="(N, …) → (N, shape)",
    used_in="A bias that is fixed, an initial state, a plane that tells nothing.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.full.html",
    differentiable=False,
)  # fmt: skip
class Constant:
    """The same number everywhere, in any shape. Of its input it only takes the number of samples
    in the batch."""

    shape: Shape = parameter((1,), minimum=1, headline=True, help="its shape, without the batch")
    value: float = parameter(1.0, headline=True, help="the number")


@layer(
    "Learnable tensor", category="Input and output",
    target="cnnstudio.modules.constants.LearnableTensor", icon="mdi6.tune-variant",
    also_called=("parameter", "weight", "query"), formula="(N, …) → (N, shape)",
    used_in="Queries of DETR, prompts, the learned constant that StyleGAN starts from.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html",
    differentiable=False,
)  # fmt: skip
class LearnableTensor:
    """A tensor that is learned, the same for each sample. Of its input it only takes the number of
    samples in the batch."""

    shape: Shape = parameter((1,), minimum=1, headline=True, help="its shape, without the batch")
    std: float = parameter(
        0.02, minimum=0.0, title="Deviation", help="of the normal values that it starts with"
    )
